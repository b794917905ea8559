public import JSON
public import Seams

/// A purge that the sandbox has taken, as its own ledger tells it.
public struct SandboxPurge: Sendable {
    /// Counts up from 1, without holes.
    public var number: Int
    /// Names the job: `p-1`, `p-2`, …
    public var purgeID: String
    /// When it was taken.
    public var time: WallTime
    /// The body of the POST as it came.
    public var sent: JSONValue
    /// `QUEUED`, `RUNNING`, `COMPLETED` or `FAILED`, in the moment of asking.
    public var status: String
    /// How many records were gone in the moment of asking.
    public var recordsPurged: Int
    /// How many records it deletes in all: the same for the same id. One that fails stops half-way.
    public var records: Int
}
