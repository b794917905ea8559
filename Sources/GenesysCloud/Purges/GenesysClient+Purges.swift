public import JSON

extension GenesysClient: PurgeAPI {
    public func purgeQuota(tally: inout CallTally) async throws(GenesysError) -> PurgeQuota? {
        let call = APICall.purgeQuota
        guard let response = try await responseUnlessAbsent(to: call, permit: .always, &tally) else { return nil }
        return try read(response, of: call, with: form.purgeQuota)
    }

    public func submitPurge(
        _ request: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async -> PurgeSubmission {
        let call = APICall.submitPurge(request)
        do throws(GenesysError) {
            let response = try await response(to: call, permit: permit, &tally)
            return .taken(try read(response, of: call, with: form.purgeTicket))
        } catch {
            return error.mayHaveHappened ? .uncertain(error) : .notTaken(error)
        }
    }

    public func purgeJob(id: String, tally: inout CallTally) async throws(GenesysError) -> PurgeReport? {
        let call = APICall.purgeJob(id: id)
        guard let response = try await responseUnlessAbsent(to: call, permit: .always, &tally) else { return nil }
        return try read(response, of: call) { (answer) throws(UnreadableAnswer) in
            try form.purgeReport(in: answer, id: id)
        }
    }
}
