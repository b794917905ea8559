import JSON
import Seams

/// All organizations and contacts, and what the API allows to be done with them.
struct Directory: Sendable {
    var organizations = Shelf(prefix: "org-")
    var contacts = Shelf(prefix: "c-")

    /// Answers one call for contacts or organizations.
    mutating func answer(_ call: Call, wallTime: WallTime) throws(Refusal) -> Answer {
        let isContact = call.route.resource == .contacts
        if let id = call.route.item {
            let shelf = isContact ? contacts : organizations
            guard ["GET", "PUT", "DELETE"].contains(call.method) else { throw .methodNotAllowed("GET, PUT, DELETE") }
            let body = call.method == "PUT" ? try call.object() : .null
            guard let number = shelf.number(id), let item = shelf.items[number] else {
                throw Refusal(404, "not.found", "no such \(isContact ? "contact" : "organization")")
            }
            switch call.method {
            case "PUT": return try replace(number, item, with: body, isContact: isContact)
            case "DELETE": return try delete(number, isContact: isContact)
            default: return .json(200, item.document)
            }
        }
        switch call.method {
        case "POST": return try create(call.object(), isContact: isContact, wallTime: wallTime)
        case "GET": return try list(call, isContact: isContact)
        default: throw .methodNotAllowed("GET, POST")
        }
    }

    func organization(of document: JSONValue) throws(Refusal) -> Int {
        guard let id = document["organizationId"]?.stringValue, !id.isEmpty else {
            throw .invalid("organizationId", "is required and must be a string")
        }
        guard let number = organizations.number(id), organizations.items[number] != nil else {
            throw Refusal(
                422, "organization.not.found", "organizationId names no organization", field: "organizationId")
        }
        return number
    }
}
