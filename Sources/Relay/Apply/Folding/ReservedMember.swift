import JSON

/// What the relay keeps in a resource for itself: `metadata.contactRelay`. It plays no part in whether a change changes
/// anything, and survives `"metadata":null`.
struct ReservedMember: Sendable {
    static let name = EventDecoder.reservedMetadataMember

    /// The greatest applied sequences.
    var marks = SequenceMarks()
    /// What a copy under way to another organization must remember of its source; nil for every other resource.
    var migration: MigrationNote?

    init() {}

    /// Reads it from a resource that the API sent.
    init(of resource: JSONValue) {
        let member = resource["metadata"]?[Self.name]
        marks = SequenceMarks(member?["sequences"])
        migration = member?["migration"].flatMap(MigrationNote.init)
    }

    /// The resource as a change sees it: without the reserved member, and without a metadata object that held nothing else.
    static func stripped(_ resource: JSONValue) -> JSONValue {
        guard var metadata = resource["metadata"], metadata[Self.name] != nil else { return resource }
        metadata.remove(Self.name)
        var stripped = resource
        if metadata.members.isEmpty {
            stripped.remove("metadata")
        } else {
            stripped.set("metadata", to: metadata)
        }
        return stripped
    }

    /// Whether two stripped resources say the same. Metadata that hold nothing are as good as none: whether there was an
    /// object before the reserved member came, nobody can tell. And so is a member that is null: a patch that removes one
    /// would otherwise be written each time to an API that sends null for what is absent.
    static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        withoutBlanks(left).isEquivalent(to: withoutBlanks(right))
    }

    private static func withoutBlanks(_ resource: JSONValue) -> JSONValue {
        let blanks = resource.members.filter { name, value in
            value.isNull || (name == "metadata" && value.kind == .object && value.members.isEmpty)
        }
        var rest = resource
        for (name, _) in blanks { rest.remove(name) }
        return rest
    }

    /// The resource as it is written: with the reserved member, where there is anything to keep.
    func embedded(in body: JSONValue) -> JSONValue {
        var member = JSONValue.object([])
        if !marks.isEmpty { member.set("sequences", to: marks.json) }
        if let migration { member.set("migration", to: migration.json) }
        guard !member.members.isEmpty else { return body }
        var metadata = body["metadata"] ?? .object([])
        if metadata.kind != .object { metadata = .object([]) }
        metadata.set(Self.name, to: member)
        var resource = body
        resource.set("metadata", to: metadata)
        return resource
    }
}

/// What the copy of a contact remembers of its source until the migration is over.
struct MigrationNote: Sendable, Equatable {
    /// The source's Genesys id.
    var sourceID: String
    /// The source's external id, which the copy gets in the end; nil where it had none.
    var externalID: String?

    init(sourceID: String, externalID: String?) {
        self.sourceID = sourceID
        self.externalID = externalID
    }

    init?(_ json: JSONValue) {
        guard let sourceID = json["sourceId"]?.stringValue else { return nil }
        self.init(sourceID: sourceID, externalID: json["externalId"]?.stringValue)
    }

    var json: JSONValue {
        var json = JSONValue.object([("sourceId", .string(sourceID))])
        if let externalID { json.set("externalId", to: .string(externalID)) }
        return json
    }
}
