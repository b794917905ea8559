/// The ledger of one assignment of a partition, in a `LedgerBook`.
struct LedgerPage: Sendable {
    let generation: Generation
    var ledger: OffsetLedger
    /// The position that was taken last, or with which the assignment began; nil when its commit failed.
    var taken: Int64?

    mutating func begin(_ generation: Generation, _ offset: Int64) -> Bool {
        generation == self.generation && ledger.begin(offset)
    }

    mutating func finish(_ generation: Generation, _ offset: Int64) -> Bool {
        generation == self.generation && ledger.finish(offset)
    }
}
