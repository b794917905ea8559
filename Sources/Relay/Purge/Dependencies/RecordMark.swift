import JSON

/// What a valid event of `record-states` speaks of: a record that was soft-deleted or restored.
struct RecordMark {
    /// What has become of it: the last two segments of the event's type.
    enum Verb: String, CaseIterable {
        case softDeleted
        case restored

        /// Nil for a type that is not one of `record-states`.
        init?(type: String) {
            let (resource, verb) = EventType.lastSegments(of: type)
            guard resource == "record", let found = Verb(rawValue: String(verb)) else { return nil }
            self = found
        }
    }

    let verb: Verb
    let resourceType: String
    let id: String

    /// The event's key.
    var key: String { "\(resourceType)/\(id)" }

    /// The record that an event names, or all that is wrong with the event.
    static func read(_ envelope: EventEnvelope) -> Result<RecordMark, Rejection> {
        var reader = DataReader(faults: envelope.faults)
        let verb = envelope.attributes.type.flatMap { Verb(type: $0) }
        if envelope.attributes.type != nil, verb == nil {
            reader.note("type", "is not one of this topic's types", .unsupportedType)
        }
        var mark: RecordMark?
        if let data = envelope.data {
            if data.kind == .object {
                let resourceType = reader.text("resourceType", of: data, at: "data", isRequired: true)
                let id = reader.text("id", of: data, at: "data", isRequired: true)
                // The first slash of the key ends the type.
                if resourceType?.utf8.contains(UInt8(ascii: "/")) == true {
                    reader.note("data.resourceType", "must not contain a slash")
                }
                if let verb, let resourceType, let id {
                    mark = RecordMark(verb: verb, resourceType: resourceType, id: id)
                }
            } else {
                reader.note("data", "must be an object")
            }
        }
        guard reader.faults.isEmpty, let mark else { return .failure(Rejection(reader.faults)) }
        return .success(mark)
    }
}
