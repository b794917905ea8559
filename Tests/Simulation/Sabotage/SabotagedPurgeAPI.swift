import GenesysCloud
import JSON

/// Purge calls that ask for no permit.
struct SabotagedPurgeAPI: PurgeAPI {
    let inner: GenesysClient

    func purgeQuota(tally: inout CallTally) async throws(GenesysError) -> PurgeQuota? {
        try await inner.purgeQuota(tally: &tally)
    }

    func submitPurge(
        _ request: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async -> PurgeSubmission {
        await inner.submitPurge(request, permit: .always, tally: &tally)
    }

    func purgeJob(id: String, tally: inout CallTally) async throws(GenesysError) -> PurgeReport? {
        try await inner.purgeJob(id: id, tally: &tally)
    }
}
