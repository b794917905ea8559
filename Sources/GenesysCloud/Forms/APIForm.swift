import JSON

/// One shape of the API: how a call becomes a request, and what an answer (2xx, JSON) means.
///
/// Resources come and go in the worker's own shape: an object with `id`, `externalId` and, for a contact,
/// `organizationId`, plus whatever else the API holds.
protocol APIForm: Sendable {
    /// - Throws: `invalidRequest` for a call that has no request, such as one about an empty id.
    func request(for call: APICall) throws(GenesysError) -> APIRequest

    /// The one resource with exactly that external id; nil when the answer holds none.
    func found(in answer: JSONValue, externalID: String) throws(UnreadableAnswer) -> JSONValue?

    /// The resource that a GET, POST or PUT was answered with.
    func resource(in answer: JSONValue) throws(UnreadableAnswer) -> JSONValue

    /// One page of a listing.
    func page(in answer: JSONValue) throws(UnreadableAnswer) -> ResourcePage

    /// What is left of the quota of purges.
    func purgeQuota(in answer: JSONValue) throws(UnreadableAnswer) -> PurgeQuota

    /// What a purge that was submitted is followed by.
    func purgeTicket(in answer: JSONValue) throws(UnreadableAnswer) -> PurgeTicket

    /// How the purge job with that id stands.
    func purgeReport(in answer: JSONValue, id: String) throws(UnreadableAnswer) -> PurgeReport
}

/// An answer that says success but not what it should; the reason quotes nothing of it.
struct UnreadableAnswer: Error {
    var reason: String
}

extension GenesysSettings.Form {
    var implementation: any APIForm {
        switch self {
        case .guide: GuideForm()
        }
    }
}
