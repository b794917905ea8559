/// The ledger of one assignment of a partition, in a `LedgerBook`.
struct LedgerPage: Sendable {
    let generation: Generation
    var ledger: OffsetLedger
    /// What was committed last, or with which the assignment began.
    var committed: LedgerCommit
    /// Whether anything happened since `committed` was found to be what the ledger says.
    var isTouched = false

    /// What is to be committed, if that differs from what was.
    mutating func owed() -> LedgerCommit? {
        guard isTouched else { return nil }
        let commit = ledger.commit
        if commit == committed { isTouched = false }
        return isTouched ? commit : nil
    }
}
