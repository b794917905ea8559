/// What the ledger of one partition holds at one moment.
public struct LedgerSnapshot: Sendable, Hashable {
    /// The assignment that it belongs to.
    public var generation: Generation

    /// What may be committed.
    public var commitPosition: Int64

    /// Records that were begun and are not finished.
    public var unfinishedCount: Int

    /// The offset of the first of them.
    public var oldestUnfinished: Int64?

    /// The greatest offset that is finished beyond the commit position.
    public var lastFinished: Int64?

    /// What `ledger` holds under that assignment.
    public init(generation: Generation, of ledger: OffsetLedger) {
        self.generation = generation
        commitPosition = ledger.commitPosition
        unfinishedCount = ledger.unfinishedCount
        oldestUnfinished = ledger.oldestUnfinished
        lastFinished = ledger.lastFinished
    }
}
