import JSON

/// What a valid event of `record-states` speaks of: a record that was soft-deleted or restored.
struct RecordMark {
    let resourceType: String
    let id: String

    /// The event's key.
    var key: String { "\(resourceType)/\(id)" }

    /// Whether `type`, matched on its last two dot-separated segments, is one of `record-states`.
    static func isType(_ type: String) -> Bool {
        let (resource, verb) = EventType.lastSegments(of: type)
        return resource == "record" && (verb == "softDeleted" || verb == "restored")
    }

    /// The record that an event of one of these types names, or all that is wrong with the event.
    static func read(_ envelope: EventEnvelope) -> Result<RecordMark, Rejection> {
        var reader = DataReader(faults: envelope.faults)
        var mark: RecordMark?
        if let data = envelope.data {
            if data.kind == .object {
                let resourceType = reader.text("resourceType", of: data, at: "data", isRequired: true)
                let id = reader.text("id", of: data, at: "data", isRequired: true)
                // The first slash of the key ends the type.
                if resourceType?.utf8.contains(UInt8(ascii: "/")) == true {
                    reader.note("data.resourceType", "must not contain a slash")
                }
                if let resourceType, let id { mark = RecordMark(resourceType: resourceType, id: id) }
            } else {
                reader.note("data", "must be an object")
            }
        }
        guard reader.faults.isEmpty, let mark else { return .failure(Rejection(reader.faults)) }
        return .success(mark)
    }
}
