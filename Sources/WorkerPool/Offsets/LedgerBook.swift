/// The ledgers of all assigned partitions, each under its generation.
///
/// What comes from an older assignment is ignored and counted, never entered into a newer one.
///
/// A transaction is planned on copies (`ledger(of:_:)`, see `OffsetLedger`); once it is committed, `finish` its records
/// here and tell `committed` what went along. Nothing is to be told of one that was aborted.
public struct LedgerBook<Partition: Hashable & Sendable>: Sendable {
    private var pages: [Partition: LedgerPage] = [:]
    private var latest = Generation(0)

    /// Completions that belonged to no present assignment, or to no unfinished record of it.
    public private(set) var staleCount = 0

    /// Makes a book without partitions.
    public init() {}

    // MARK: Assignments

    /// A generation greater than all before, for an assignment of several partitions at once.
    public mutating func newGeneration() -> Generation {
        latest = Generation(latest.number + 1)
        return latest
    }

    /// Opens the ledger of a partition that is read from offset `next` on, of which nothing beyond is finished.
    ///
    /// As `assign(_:generation:resuming:)` otherwise.
    @discardableResult
    public mutating func assign(_ partition: Partition, generation: Generation? = nil, next: Int64) -> Generation {
        assign(partition, generation: generation, resuming: CommitMap(position: next))
    }

    /// Opens the ledger of a partition that is read from the map's position on; one that is open is dropped.
    ///
    /// - Parameters:
    ///   - generation: from `newGeneration`; without it a new one is made. Traps when it is not newer than the one that
    ///     the partition has.
    ///   - map: of what a former owner finished. It holds for reading from its position on only: where reading begins
    ///     before it (the log was made anew, say), it must not be used.
    /// - Returns: the generation that records of this assignment must carry.
    @discardableResult
    public mutating func assign(
        _ partition: Partition, generation: Generation? = nil, resuming map: CommitMap
    ) -> Generation {
        let generation = generation ?? newGeneration()
        if let page = pages[partition] {
            precondition(page.generation < generation, "LedgerBook.assign: the generation is not newer")
        }
        latest = max(latest, generation)
        let ledger = OffsetLedger(resuming: map)
        pages[partition] = LedgerPage(generation: generation, ledger: ledger, committed: ledger.commit)
        return generation
    }

    /// Closes the ledgers of these partitions: their work has been drained, or another owns them already.
    public mutating func close(_ partitions: some Sequence<Partition>) {
        for partition in partitions { pages[partition] = nil }
    }

    /// The generation of the partition's present assignment.
    public func generation(of partition: Partition) -> Generation? {
        pages[partition]?.generation
    }

    // MARK: Records

    /// Enters a record that was read. Refused as well when the generation is not the present one.
    public mutating func begin(
        _ partition: Partition, _ generation: Generation, offset: Int64
    ) -> OffsetLedger.Beginning {
        guard pages[partition]?.generation == generation else { return .refused }
        pages[partition]?.isTouched = true
        return pages[partition]?.ledger.begin(offset) ?? .refused
    }

    /// Marks a record as done. False, and only counted, when it is stale, unknown or done already.
    @discardableResult
    public mutating func finish(_ partition: Partition, _ generation: Generation, offset: Int64) -> Bool {
        guard pages[partition]?.generation == generation, pages[partition]?.ledger.finish(offset) == true else {
            staleCount += 1
            return false
        }
        pages[partition]?.isTouched = true
        return true
    }

    // MARK: Commits

    /// A copy of the partition's ledger to plan on; nil when the generation is not the present one.
    public func ledger(of partition: Partition, _ generation: Generation) -> OffsetLedger? {
        pages[partition].flatMap { $0.generation == generation ? $0.ledger : nil }
    }

    /// What is to be committed of those partitions of which position or map differ from what was committed last.
    /// Offered again until `committed` is told.
    public mutating func owedCommits() -> [Partition: LedgerCommit] {
        var commits: [Partition: LedgerCommit] = [:]
        // By index: in place, without a copy of the pages.
        for index in pages.values.indices {
            if let commit = pages.values[index].owed() { commits[pages.keys[index]] = commit }
        }
        return commits
    }

    /// Notes what was committed of a partition; ignored when the generation is not the present one.
    public mutating func committed(_ partition: Partition, _ generation: Generation, _ commit: LedgerCommit) {
        guard pages[partition]?.generation == generation else { return }
        pages[partition]?.committed = commit
        pages[partition]?.isTouched = true
    }

    // MARK: Report

    /// What each ledger holds.
    public var snapshot: [Partition: LedgerSnapshot] {
        pages.mapValues { page in
            LedgerSnapshot(
                generation: page.generation, commitPosition: page.ledger.commitPosition,
                unfinishedCount: page.ledger.unfinishedCount, oldestUnfinished: page.ledger.oldestUnfinished,
                lastFinished: page.ledger.lastFinished)
        }
    }
}
