/// The ledgers of all assigned partitions, each under its generation.
///
/// What comes from an older assignment is ignored and counted, never entered into a newer one.
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

    /// Opens the ledger of a partition that is read from offset `next` on; one that is open is dropped.
    ///
    /// - Parameter generation: from `newGeneration`; without it a new one is made. Traps when it is not newer than the
    ///   one that the partition has.
    /// - Returns: the generation that records of this assignment must carry.
    @discardableResult
    public mutating func assign(
        _ partition: Partition, generation: Generation? = nil, next: Int64
    ) -> Generation {
        let generation = generation ?? newGeneration()
        if let page = pages[partition] {
            precondition(page.generation < generation, "LedgerBook.assign: the generation is not newer")
        }
        latest = max(latest, generation)
        pages[partition] = LedgerPage(generation: generation, ledger: OffsetLedger(next: next), taken: next)
        return generation
    }

    /// Closes the ledgers of these partitions, after their work has been drained.
    ///
    /// - Returns: the positions for a last commit, of those that moved since they were last taken.
    public mutating func revoke(_ partitions: [Partition]) -> [Partition: Int64] {
        var commits: [Partition: Int64] = [:]
        for partition in partitions {
            guard let page = pages.removeValue(forKey: partition) else { continue }
            if page.ledger.commitPosition != page.taken { commits[partition] = page.ledger.commitPosition }
        }
        return commits
    }

    /// Drops the ledgers of partitions that another may own already: nothing of them may be committed.
    public mutating func lost(_ partitions: [Partition]) {
        for partition in partitions { pages[partition] = nil }
    }

    /// The generation of the partition's present assignment.
    public func generation(of partition: Partition) -> Generation? {
        pages[partition]?.generation
    }

    // MARK: Records

    /// Enters a record that was read. False, and nothing is entered, when the generation is not the present one or
    /// the offset is not beyond all before it: such a record is not to be worked on.
    public mutating func begin(_ partition: Partition, _ generation: Generation, offset: Int64) -> Bool {
        pages[partition]?.begin(generation, offset) ?? false
    }

    /// Marks a record as done. False, and only counted, when it is stale, unknown or done already.
    @discardableResult
    public mutating func finish(_ partition: Partition, _ generation: Generation, offset: Int64) -> Bool {
        let isFinished = pages[partition]?.finish(generation, offset) ?? false
        if !isFinished { staleCount += 1 }
        return isFinished
    }

    // MARK: Commits

    /// The positions that moved since they were last taken; they count as committed unless `commitFailed` is told.
    public mutating func takeCommits() -> [Partition: Int64] {
        var commits: [Partition: Int64] = [:]
        for (partition, page) in pages where page.ledger.commitPosition != page.taken {
            commits[partition] = page.ledger.commitPosition
        }
        for (partition, position) in commits { pages[partition]?.taken = position }
        return commits
    }

    /// Offers these partitions again at the next `takeCommits`, moved or not.
    public mutating func commitFailed(_ partitions: some Sequence<Partition>) {
        for partition in partitions { pages[partition]?.taken = nil }
    }

    /// What may be committed of these partitions now, moved or not; those that are not assigned are left out.
    public func positions(of partitions: [Partition]) -> [Partition: Int64] {
        var positions: [Partition: Int64] = [:]
        for partition in partitions { positions[partition] = pages[partition]?.ledger.commitPosition }
        return positions
    }

    // MARK: Report

    /// What each ledger holds.
    public var snapshot: [Partition: LedgerSnapshot] {
        pages.mapValues { page in
            LedgerSnapshot(
                generation: page.generation, commitPosition: page.ledger.commitPosition,
                unfinishedCount: page.ledger.unfinishedCount, oldestUnfinished: page.ledger.oldestUnfinished)
        }
    }
}
