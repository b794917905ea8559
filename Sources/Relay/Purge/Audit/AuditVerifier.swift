/// Checks the records of one chain, in the order in which they were found, and names every fault.
public struct AuditVerifier: Sendable {
    private let isFile: Bool
    private let watched: AuditHead?

    private var count: Int64 = 0
    private var lastOffset: Int64 = 0
    private var faults: [AuditFault] = []
    private var places = AuditPlaces()
    private var sawWatched = false
    /// Another record that stands in the watched one's place.
    private var insteadOfWatched: AuditFault?

    /// - Parameters:
    ///   - isFile: Whether the records are the lines of a file, which a crash may have torn.
    ///   - ledger: What the ledger said before the records were read: it must be among them. Nil where it was not asked,
    ///     or knew of none.
    public init(isFile: Bool = false, ledger: AuditHead? = nil) {
        self.isFile = isFile
        watched = ledger
    }

    /// Takes the next record; nil is a tombstone. Gives it back where it can be read, changed or not.
    ///
    /// - Parameter offset: Where it stands, or its line's number.
    @discardableResult
    public mutating func take(_ value: [UInt8]?, at offset: Int64) -> AuditRecord? {
        count += 1
        lastOffset = offset
        let record: AuditRecord
        do throws(AuditRecord.Unreadable) {
            guard let value else { throw AuditRecord.Unreadable(problem: "it has no value") }
            record = try AuditRecord(reading: value)
        } catch {
            faults.append(AuditFault(.unreadable(error.problem), offset: offset))
            places.take(
                AuditPlaces.Doubt(offset: offset, looksTorn: isFile && AuditChain.isBeginning(value ?? [])))
            return nil
        }
        guard record.isUnchanged else {
            faults.append(AuditFault(.changed, offset: offset, sequence: record.sequence))
            places.take(
                AuditPlaces.Doubt(
                    offset: offset, sequence: record.sequence, hashes: [record.hash, record.computedHash]))
            return record
        }
        if let watched, watched.sequence == record.sequence {
            if watched.hash == record.hash {
                sawWatched = true
            } else {
                insteadOfWatched = AuditFault(.differsFromLedger(watched), offset: offset, sequence: record.sequence)
            }
        }
        places.take(
            AuditPlaces.Found(sequence: record.sequence, hash: record.hash, offset: offset),
            naming: record.previousHash)
        return record
    }

    /// What the ledger said after the records were read.
    public struct Ledger: Sendable, Equatable {
        /// The chain's last record; nil where it knows of none.
        public var head: AuditHead?

        /// Makes an answer of the ledger.
        public init(head: AuditHead?) {
            self.head = head
        }
    }

    /// What was found.
    ///
    /// - Parameter ledger: What the ledger said after the records were read: the chain's last record, or a later one,
    ///   where more was written meanwhile. Nil where it was not asked.
    public func finish(ledger: Ledger? = nil) -> AuditFindings {
        var places = places
        places.finish()
        let torn = Set(places.torn)
        var all = faults.filter { !torn.contains($0.offset) }
        all += places.wrongLinks.map { AuditFault(.wrongLink, offset: $0.offset, sequence: $0.sequence) }
        all += places.gaps.filter { !$0.isBeginning }.compactMap { Self.missing(in: $0, places.displaced) }
        let first = places.gaps.first { $0.isBeginning }.map { $0.range.upperBound + 1 } ?? 1
        all += places.displaced.map { found in
            AuditFault(Self.kind(of: found, in: places, first), offset: found.offset, sequence: found.sequence)
        }
        var notes: [AuditNote] = first > 1 ? [.beginsLater(sequence: first)] : []
        notes += places.torn.map { .tornLine($0) }
        let head = places.end.sequence > 0 ? AuditHead(sequence: places.end.sequence, hash: places.end.hash) : nil
        if let ledger {
            if let head {
                if let fault = difference(of: head, doubts: places.end.doubts.count, from: ledger) { all.append(fault) }
            } else if count == 0, let known = ledger.head ?? watched {
                notes.append(.isEmpty(known))
            }
        }
        // Of one place in the order above, so that what is said of the end stands last.
        let order = all.indices.sorted { (all[$0].offset, $0) < (all[$1].offset, $1) }
        return AuditFindings(
            count: count, firstSequence: head == nil ? nil : first, head: head, faults: order.map { all[$0] },
            notes: notes)
    }

    private static func kind(
        of found: AuditPlaces.Found, in places: AuditPlaces, _ first: Int64
    ) -> AuditFault.Kind {
        if found.sequence > places.end.sequence { return .stray }
        let isMissed = found.sequence < first || places.gaps.contains { $0.range.contains(found.sequence) }
        return isMissed ? .outOfOrder : .repeated
    }

    /// Nil where all that are not in the gap stand elsewhere.
    private static func missing(in gap: AuditPlaces.Gap, _ displaced: [AuditPlaces.Found]) -> AuditFault? {
        let elsewhere = Set(displaced.map(\.sequence).filter { gap.range.contains($0) })
        let doubtful = gap.doubts.compactMap(\.sequence).filter { gap.range.contains($0) }
        let count = Int64(gap.range.count) - Int64(elsewhere.count) - Int64(gap.doubts.count)
        guard count > 0 else { return nil }
        var ranges: [ClosedRange<Int64>] = []
        var next = gap.range.lowerBound
        for sequence in elsewhere.union(doubtful).sorted() {
            if sequence > next { ranges.append(next...sequence - 1) }
            next = sequence + 1
        }
        if next <= gap.range.upperBound { ranges.append(next...gap.range.upperBound) }
        return AuditFault(
            .missing(count: count, among: ranges), offset: gap.found.offset, sequence: gap.found.sequence)
    }

    /// The ledger is written in the transactions of the audit records, so what it said before they were read is among
    /// them, and none is later than what it said after. A record that was changed or is missing is not named once more.
    private func difference(of head: AuditHead, doubts: Int, from ledger: Ledger) -> AuditFault? {
        func fault(_ kind: AuditFault.Kind) -> AuditFault {
            AuditFault(kind, offset: lastOffset, sequence: head.sequence)
        }
        if !sawWatched, let insteadOfWatched { return insteadOfWatched }
        if let watched, watched.sequence > head.sequence + Int64(doubts) { return fault(.endIsMissing(watched)) }
        guard let known = ledger.head, known.sequence >= head.sequence else {
            return fault(.goesBeyondLedger(ledger.head))
        }
        return known.sequence == head.sequence && known.hash != head.hash ? fault(.differsFromLedger(known)) : nil
    }
}
