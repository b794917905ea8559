import JSON
import Seams

extension Directory {
    mutating func create(_ body: JSONValue, isContact: Bool, wallTime: WallTime) throws(Refusal) -> Answer {
        let externalID = try ResourceRules.check(body, isContact: isContact)
        let organization = isContact ? try organization(of: body) : nil
        let type = isContact ? \Directory.contacts : \Directory.organizations
        // Without an external id nothing can tell the second POST from the first: the duplicate is silent.
        try refuseTaken(externalID, on: self[keyPath: type], except: nil)
        let id = self[keyPath: type].nextID
        let createdDate = wallTime.description
        let document = Self.stored(body, id: id, createdDate: createdDate)
        self[keyPath: type].add(
            Shelf.Item(
                document: document, externalID: externalID, organization: organization, createdDate: createdDate))
        return .json(201, document)
    }

    mutating func replace(
        _ number: Int, _ item: Shelf.Item, with body: JSONValue, isContact: Bool
    ) throws(Refusal) -> Answer {
        let externalID = try ResourceRules.check(body, isContact: isContact)
        let type = isContact ? \Directory.contacts : \Directory.organizations
        let id = self[keyPath: type].id(number)
        if let given = body["id"], given.stringValue != id {
            throw .invalid("id", "differs from the one in the path")
        }
        if let organization = item.organization,
            body["organizationId"]?.stringValue != organizations.id(organization)
        {
            throw Refusal(
                422, "organization.immutable", "organizationId cannot be changed or left out",
                field: "organizationId")
        }
        try refuseTaken(externalID, on: self[keyPath: type], except: number)
        let document = Self.stored(body, id: id, createdDate: item.createdDate)
        self[keyPath: type].replace(number, document: document, externalID: externalID)
        return .json(200, document)
    }

    mutating func delete(_ number: Int, isContact: Bool) throws(Refusal) -> Answer {
        if isContact {
            contacts.remove(number)
        } else {
            let count = contacts.numbers(in: number).count
            guard count == 0 else {
                throw Refusal(409, "organization.not.empty", "the organization still has contacts (\(count))")
            }
            organizations.remove(number)
        }
        return .noContent
    }

    private func refuseTaken(_ externalID: String?, on shelf: Shelf, except number: Int?) throws(Refusal) {
        guard let externalID, let holder = shelf.number(externalID: externalID), holder != number else { return }
        throw Refusal(409, "duplicate.external.id", "externalId is in use already", field: "externalId")
    }

    /// What is kept of a body: all of it as it came, but the members that are the server's own.
    private static func stored(_ body: JSONValue, id: String, createdDate: String) -> JSONValue {
        var members: [(String, JSONValue)] = [("id", .string(id))]
        for member in body.members where member.name != "id" && member.name != "createdDate" {
            members.append((member.name, member.value))
        }
        members.append(("createdDate", .string(createdDate)))
        return .object(members)
    }
}
