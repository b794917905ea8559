/// Finds the one chain among records that may be missing, out of order or put in.
///
/// One fault is not to make faults of all that follows. So the chain goes on with a record that does not fit, but the
/// place before it is kept for a while: where later records go on from there, it was the first one that did not belong.
struct AuditPlaces: Sendable {
    /// An unchanged record.
    struct Found: Sendable {
        var sequence: Int64
        var hash: String
        var offset: Int64
    }

    /// A record that was changed or cannot be read: it may have any place.
    struct Doubt: Sendable {
        var offset: Int64
        /// What it says; nil where it cannot be read.
        var sequence: Int64?
        /// Either may be what the next record names; nil where none is known.
        var hashes: [String]?
        /// Whether it looks like the beginning of a record.
        var looksTorn = false
    }

    /// Sequences without a record, noticed at the record after them.
    struct Gap: Sendable {
        var range: ClosedRange<Int64>
        var found: Found
        var doubts: [Doubt]
        var isBeginning: Bool
    }

    /// A place in the log at which the chain may go on.
    struct Position: Sendable {
        /// Of the last good record; 0 before the first.
        var sequence: Int64 = 0
        var hash = AuditChain.noHash
        /// Those since.
        var doubts: [Doubt] = []
        /// How many gaps and wrong links came before.
        var gapCount = 0
        var wrongLinkCount = 0

        func leads(to found: Found, naming previousHash: String) -> Bool {
            if found.sequence == sequence + 1 { return previousHash == hash }
            guard let last = doubts.last, found.sequence > sequence + 1,
                found.sequence <= sequence + 1 + Int64(doubts.count)
            else { return false }
            return last.hashes?.contains(previousHash) ?? true
        }
    }

    /// A chain that began with a record that did not fit, or one that goes on from before it.
    private struct Branch: Sendable {
        var position: Position
        var members: [Found]

        mutating func add(_ found: Found) {
            position.sequence = found.sequence
            position.hash = found.hash
            position.doubts = []
            members.append(found)
        }
    }

    /// Where the chain has come to.
    private(set) var end = Position()
    private(set) var gaps: [Gap] = []
    private(set) var wrongLinks: [Found] = []
    /// What stands where the chain has no place for it.
    private(set) var displaced: [Found] = []
    /// Doubtful lines that the chain goes on without, and that look like the beginning of a record.
    private(set) var torn: [Int64] = []

    /// The place before the last record that did not fit, and what has joined the chain since.
    private var before: Branch?
    /// What goes on from there instead.
    private var other: Branch?
    private var displacedHashes: Set<String> = []

    /// So many records do not go on from one that was put in.
    private static let memory = 64
    /// So many that go on from the place before prove that it was.
    private static let proof = 3

    mutating func take(_ doubt: Doubt) {
        end.doubts.append(doubt)
        other?.position.doubts.append(doubt)
    }

    mutating func take(_ found: Found, naming previousHash: String) {
        if end.leads(to: found, naming: previousHash) || followsDisplaced(found, previousHash) {
            join(found)
        } else if var branch = other, branch.position.leads(to: found, naming: previousHash) {
            branch.add(found)
            weigh(branch)
        } else if let before, before.position.leads(to: found, naming: previousHash) {
            giveUpOther()
            var branch = Branch(position: before.position, members: [])
            branch.add(found)
            weigh(branch)
        } else if found.sequence > end.sequence {
            jump(to: found)
        } else {
            displace([found])
        }
    }

    /// There are no more.
    mutating func finish() {
        giveUpOther()
        noteTorn(end.doubts)
    }

    private func followsDisplaced(_ found: Found, _ previousHash: String) -> Bool {
        found.sequence == end.sequence + 1 && displacedHashes.contains(previousHash)
    }

    private mutating func join(_ found: Found) {
        giveUpOther()
        if found.sequence == end.sequence + 1 { noteTorn(end.doubts) }
        end.sequence = found.sequence
        end.hash = found.hash
        end.doubts = []
        before?.members.append(found)
        if let count = before?.members.count, count > Self.memory { before = nil }
    }

    private mutating func jump(to found: Found) {
        giveUpOther()
        before = Branch(position: end, members: [])
        let next = end.sequence + 1
        if found.sequence > next + Int64(end.doubts.count) {
            gaps.append(
                Gap(
                    range: next...found.sequence - 1, found: found, doubts: end.doubts, isBeginning: end.sequence == 0))
        } else {
            wrongLinks.append(found)
        }
        end.gapCount = gaps.count
        end.wrongLinkCount = wrongLinks.count
        join(found)
    }

    /// Takes the other branch for the chain where that has no more to say for itself.
    private mutating func weigh(_ branch: Branch) {
        guard let before, branch.members.count >= min(before.members.count, Self.proof) else {
            other = branch
            return
        }
        displace(before.members)
        end = branch.position
        gaps.removeLast(gaps.count - end.gapCount)
        wrongLinks.removeLast(wrongLinks.count - end.wrongLinkCount)
        self.before = nil
        other = nil
    }

    private mutating func giveUpOther() {
        displace(other?.members ?? [])
        other = nil
    }

    private mutating func displace(_ records: [Found]) {
        displaced += records
        displacedHashes.formUnion(records.map(\.hash))
    }

    private mutating func noteTorn(_ doubts: [Doubt]) {
        torn += doubts.filter(\.looksTorn).map(\.offset)
    }
}
