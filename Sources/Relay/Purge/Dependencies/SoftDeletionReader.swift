import KafkaClient

/// Reads the records of `record-states`: CloudEvents in either mode, and tombstones.
///
/// Compaction goes by the key, so the key has to name what the data name, as `<resourceType>/<id>`: a record with another
/// key could neither take back nor be taken back by what is meant for the same resource, and is malformed.
enum SoftDeletionReader {
    /// All that is wrong with a malformed record, without a word of it.
    static func read(_ record: KafkaRecord) -> Result<SoftDeletionChange, Rejection> {
        guard record.value != nil else { return tombstone(record) }
        return RecordMark.read(EventEnvelope(record)).flatMap { mark in
            guard record.key?.elementsEqual(mark.key.utf8) == true else { return .failure(otherKey) }
            switch mark.verb {
            case .softDeleted: return .success(.softDeleted(type: mark.resourceType, id: mark.id))
            case .restored: return .success(.restored(type: mark.resourceType, id: mark.id))
            }
        }
    }

    /// It says what `restored` says. A type holds no slash, so the first one ends it.
    private static func tombstone(_ record: KafkaRecord) -> Result<SoftDeletionChange, Rejection> {
        guard let key = record.key.flatMap({ String(validatingUTF8Bytes: $0) }),
            let slash = key.utf8.firstIndex(of: UInt8(ascii: "/")),
            slash != key.startIndex, key.utf8.index(after: slash) != key.endIndex
        else { return .failure(otherKey) }
        let id = String(key[key.utf8.index(after: slash)...])
        return .success(.restored(type: String(key[..<slash]), id: id))
    }

    private static let otherKey = Rejection([
        Rejection.Fault(.invalidData, at: "key", "must be the resource type, a slash and the id")
    ])
}
