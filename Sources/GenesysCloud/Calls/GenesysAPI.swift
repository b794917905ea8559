public import JSON

/// The calls that the appliers need of Genesys Cloud: the seam behind which the real client or a test's double stands.
///
/// A call waits for its place within the quota, sends the request, and again after a 429 or a rejected token; every
/// other fault is thrown at once, for the caller to judge. Resources are JSON objects with all that the API sent, also
/// members that nobody here knows.
///
/// A write asks its permit at the last moment before the request goes out, each time it does, and throws `withdrawn`
/// without sending where it is no longer given.
public protocol GenesysAPI: Sendable {
    /// Looks a resource up by its external id; nil when there is none.
    func find(_ type: ResourceType, externalID: String, tally: inout CallTally) async throws(GenesysError) -> JSONValue?

    /// Reads a resource by its Genesys id; nil when there is none (404).
    func get(_ type: ResourceType, id: String, tally: inout CallTally) async throws(GenesysError) -> JSONValue?

    /// Creates a resource and gives back what the API made of it.
    func create(
        _ type: ResourceType, _ resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue

    /// Replaces a whole resource: what `resource` leaves out is wiped (PUT).
    func replace(
        _ type: ResourceType, id: String, with resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue

    /// Deletes a resource; false when it was gone already (404).
    func delete(
        _ type: ResourceType, id: String, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> Bool

    /// Tries whether reads of that type are answered, by one that harms nothing: a look-up of an external id that nothing
    /// has. Goes before changes where calls wait for their place.
    func probe(_ type: ResourceType, tally: inout CallTally) async throws(GenesysError)

    /// One page of a listing. `organizationID` is required for contacts, and must be nil for organizations.
    func page(
        _ type: ResourceType, organizationID: String?, number: Int, size: Int, tally: inout CallTally
    ) async throws(GenesysError) -> ResourcePage
}

extension GenesysAPI {
    public func probe(_ type: ResourceType, tally: inout CallTally) async throws(GenesysError) {
        _ = try await find(type, externalID: probedExternalID, tally: &tally)
    }
}

/// The external id that probes look for.
let probedExternalID = "contact-relay:probe"

/// The resources of the External Contacts API.
public enum ResourceType: String, Sendable, CaseIterable {
    case contact
    case organization
}

/// A page of a listing.
public struct ResourcePage: Sendable {
    /// The page's resources.
    public var items: [JSONValue]
    /// Whether the API announced another page (`nextPageId`).
    public var hasNext: Bool

    /// Makes a page.
    public init(items: [JSONValue], hasNext: Bool) {
        self.items = items
        self.hasNext = hasNext
    }
}

/// What the calls made for one event cost: filled by `GenesysAPI`, reported in the event's outcome.
public struct CallTally: Sendable {
    /// Requests sent to the API, repeated ones included, token requests not.
    public var requests = 0
    /// `inin-correlation-id` of the last answer that had one.
    public var correlationID: String?
    /// The operations that the API has carried out or judged by their content: 2xx, and 4xx but 401, 403, 408 and 429.
    public var answered: APIOperations = []

    /// Makes an empty tally.
    public init() {}
}
