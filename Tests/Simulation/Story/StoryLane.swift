import JSON

/// One key of a story: the model of its resource, which applies each event once and in order.
struct StoryLane {
    let name: String
    let isContact: Bool
    /// Whether its events carry sequences.
    let isSequenced: Bool
    /// Whether each event leaves a mark that later ones leave alone, so that a lost one shows in the end.
    let accumulates: Bool
    var organization: String?

    private(set) var count = 0
    /// The resource's members; nil where there is none.
    private(set) var document: JSONValue?
    private(set) var mark: String?
    private(set) var deletionMark: String?
    private(set) var lastApplied: (verb: StoryEvent.Verb, patch: JSONValue?, sequence: String?, index: Int)?

    init(_ name: String, isContact: Bool, isSequenced: Bool, accumulates: Bool, organization: String?) {
        self.name = name
        self.isContact = isContact
        self.isSequenced = isSequenced
        self.accumulates = accumulates
        self.organization = organization
    }

    var isThere: Bool { document != nil }

    /// A patch that is different from all others of the lane.
    func patch() -> JSONValue {
        let text = JSONValue.string("n\(count)")
        var patch: JSONValue = isContact ? ["firstName": "Ada", "lastName": text] : ["name": text]
        if accumulates { patch.set("metadata", to: .object([("e\(count)", .number(count))])) }
        return patch
    }

    func sequence(of index: Int) -> String? { isSequenced ? String(1000 + index) : nil }

    /// Enters an event, and says what becomes of it.
    mutating func apply(_ verb: StoryEvent.Verb, _ patch: JSONValue?, _ sequence: String?) -> StoryEvent.Fate {
        defer { count += 1 }
        guard let present = document else {
            switch verb {
            case .created, .upserted:
                if let sequence, let deletionMark, sequence < deletionMark { return .superseded }
                document = JSONValue.object([]).merging(patch: patch ?? .null)
                mark = sequence
                lastApplied = (verb, patch, sequence, count)
                return .applied
            case .updated: return .rejected
            case .deleted: return .unchanged
            }
        }
        if let sequence, let mark, sequence < mark { return .superseded }
        if let sequence { mark = sequence }
        if verb == .deleted {
            document = nil
            deletionMark = mark
            lastApplied = (verb, nil, sequence, count)
            return .applied
        }
        let merged = present.merging(patch: patch ?? .null)
        if merged.isEquivalent(to: present) { return .unchanged }
        document = merged
        lastApplied = (verb, patch, sequence, count)
        return .applied
    }
}
