import JSON

extension Directory {
    func list(_ call: Call, isContact: Bool) throws(Refusal) -> Answer {
        let shelf = isContact ? contacts : organizations
        if let externalID = call[query: "externalId"] {
            guard !externalID.isEmpty else { throw .invalid("externalId", "must not be empty") }
            let found = shelf.number(externalID: externalID).flatMap { shelf.items[$0] }
            return Self.page(found.map { [$0.document] } ?? [], next: nil)
        }
        var numbers: [Int]
        if isContact {
            guard let id = call[query: "organizationId"], !id.isEmpty else {
                throw .invalid("organizationId", "is required: contacts cannot be listed across organizations")
            }
            guard let organization = organizations.number(id), organizations.items[organization] != nil else {
                throw Refusal(404, "not.found", "no such organization", field: "organizationId")
            }
            numbers = shelf.numbers(in: organization)
        } else {
            numbers = shelf.numbers()
        }
        let page = try Self.number(call, "page", or: 1, in: 1...1_000_000)
        let size = try Self.number(call, "pageSize", or: 25, in: 1...500)
        let isLast = page * size >= numbers.count
        numbers = Array(numbers.dropFirst((page - 1) * size).prefix(size))
        return Self.page(numbers.compactMap { shelf.items[$0]?.document }, next: isLast ? nil : "page-\(page + 1)")
    }

    private static func page(_ items: [JSONValue], next: String?) -> Answer {
        .json(200, .object([("items", .array(items)), ("nextPageId", next.map(JSONValue.string) ?? .null)]))
    }

    private static func number(
        _ call: Call, _ name: String, or absent: Int, in range: ClosedRange<Int>
    ) throws(Refusal) -> Int {
        guard let text = call[query: name] else { return absent }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
