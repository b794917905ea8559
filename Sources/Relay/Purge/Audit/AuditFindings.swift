/// What was found in one partition, or one file.
public struct AuditFindings: Sendable, Equatable {
    /// How many records were read, whatever they were.
    public var count: Int64
    /// The sequence of the first record in the chain; nil where there is none.
    public var firstSequence: Int64?
    /// The chain's last record; nil where there is none.
    public var head: AuditHead?
    /// In the order of the log.
    public var faults: [AuditFault]
    /// Besides.
    public var notes: [AuditNote]

    /// Whether nothing is wrong.
    public var isIntact: Bool { faults.isEmpty }
}
