import JSON
import KafkaClient

/// Reads the records of `record-states`: CloudEvents in either mode, and tombstones.
///
/// Compaction goes by the key, so the key has to name what the data name, as `<resourceType>/<id>`: a record with another
/// key could neither take back nor be taken back by what is meant for the same resource, and is malformed.
enum SoftDeletionReader {
    /// All that is wrong with a malformed record, without a word of it.
    static func read(_ record: KafkaRecord) -> Result<SoftDeletionChange, Rejection> {
        guard record.value != nil else { return tombstone(record) }
        let envelope = EventEnvelope(record)
        var faults = envelope.faults
        let verb = envelope.attributes.type.flatMap { Verb($0) }
        if envelope.attributes.type != nil, verb == nil {
            faults.append(Rejection.Fault(.unsupportedType, at: "type", "is not one of this topic's types"))
        }
        guard let data = envelope.data else { return failure(faults) }
        guard data.kind == .object else {
            faults.append(Rejection.Fault(.invalidData, at: "data", "must be an object"))
            return failure(faults)
        }
        let type = name("resourceType", of: data, &faults)
        let id = name("id", of: data, &faults)
        guard let type, let id else { return failure(faults) }
        if type.utf8.contains(UInt8(ascii: "/")) {
            faults.append(Rejection.Fault(.invalidData, at: "data.resourceType", "must not contain a slash"))
        } else if record.key.map({ $0.elementsEqual("\(type)/\(id)".utf8) }) != true {
            faults.append(Rejection.Fault(.invalidData, at: "key", "must be the resource type, a slash and the id"))
        }
        guard let verb, faults.isEmpty else { return failure(faults) }
        switch verb {
        case .softDeleted: return .success(.softDeleted(type: type, id: id))
        case .restored: return .success(.restored(type: type, id: id))
        }
    }

    /// A type's last two dot-separated segments.
    private enum Verb: String, CaseIterable {
        case softDeleted = "record.softDeleted"
        case restored = "record.restored"

        init?(_ type: String) {
            guard let verb = Self.allCases.first(where: { type == $0.rawValue || type.hasSuffix(".\($0.rawValue)") })
            else { return nil }
            self = verb
        }
    }

    /// It says what `restored` says. A type holds no slash, so the first one ends it.
    private static func tombstone(_ record: KafkaRecord) -> Result<SoftDeletionChange, Rejection> {
        guard let key = record.key.flatMap({ String(validatingUTF8Bytes: $0) }),
            let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")),
            slash != key.startIndex, key.utf8.index(after: slash) != key.endIndex
        else {
            return failure([
                Rejection.Fault(.invalidData, at: "key", "must be the resource type, a slash and the id")
            ])
        }
        let id = String(key[key.utf8.index(after: slash)...])
        return .success(.restored(type: String(key[..<slash]), id: id))
    }

    private static func name(
        _ member: String, of data: JSONValue, _ faults: inout [Rejection.Fault]
    ) -> String? {
        if let text = data[member]?.unicodeText, !text.isEmpty { return text }
        faults.append(Rejection.Fault(.invalidData, at: "data.\(member)", "must be a non-empty string"))
        return nil
    }

    private static func failure(_ faults: [Rejection.Fault]) -> Result<SoftDeletionChange, Rejection> {
        .failure(Rejection(faults))
    }
}
