/// What is to be committed of one partition.
public struct LedgerCommit: Sendable, Hashable {
    /// The next offset to work on: all before it is finished.
    public var position: Int64

    /// The map of what is finished beyond it, for the offset's metadata; empty where nothing is. Nil when it does not
    /// fit, which never happens to a ledger that is only finished by `finishIfFits`: do not commit without it, since the
    /// next owner would do again what is finished.
    public var metadata: String?

    /// Makes one.
    public init(position: Int64, metadata: String?) {
        self.position = position
        self.metadata = metadata
    }
}
