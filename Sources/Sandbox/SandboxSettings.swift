/// How a sandbox is set up.
public struct SandboxSettings: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any that is free.
    public var port = 8081
    /// The OAuth client that is let in.
    public var clientID = "sandbox"
    /// Its secret.
    public var clientSecret = "sandbox"
    /// The faults to begin with, and to go back to on a reset.
    public var faults = SandboxFaults()
    /// How many bytes the body of an API call may have; above it the answer is 413.
    public var greatestBody = 512 * 1024
    /// How many calls the request log holds.
    public var logCapacity = 200_000
    /// Whether the request log keeps the documents that clients send, for those who ask by `SandboxServer.requests`: they
    /// show in which order changes arrived. They take memory, and hold whatever the contacts do.
    public var logsDocuments = false
    /// How long a purge takes. The first quarter of it the job is queued, then it runs.
    public var purgeDuration = Duration.seconds(20)
    /// How many purges are taken before no more are; nil puts no quota in force.
    public var purgeQuota: Int?
    /// The share of purges, 0 to 1, that fail half-way.
    public var purgeFailureRate = 0.0
    /// How many threads serve the connections.
    public var threads = 1

    /// The defaults above.
    public init() {}
}
