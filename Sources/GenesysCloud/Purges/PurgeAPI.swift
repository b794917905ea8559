public import JSON

/// The calls that purge jobs need of Genesys Cloud: the seam behind which the real client or a test's double stands.
///
/// Each call waits for its place within the quota of requests, and is made again after a 429 or a rejected token, as
/// those of `GenesysAPI` are.
public protocol PurgeAPI: Sendable {
    /// What is left of the quota of purges; nil when none is in force (404).
    func purgeQuota(tally: inout CallTally) async throws(GenesysError) -> PurgeQuota?

    /// Submits a purge; `request` is the body of the POST.
    ///
    /// There is no idempotency key, so the request goes out on a connection of its own, which no HTTP client sends
    /// again by itself, and once sent it goes to its end, also when the task is cancelled. It is only sent again where
    /// the API said that it did nothing with it: 429, and 401 with a token that a fresh one replaces. The permit is
    /// asked at the last moment before each sending.
    func submitPurge(_ request: JSONValue, permit: WritePermit, tally: inout CallTally) async -> PurgeSubmission

    /// How a purge job stands; nil when the API knows none with that id (404).
    func purgeJob(id: String, tally: inout CallTally) async throws(GenesysError) -> PurgeReport?
}
