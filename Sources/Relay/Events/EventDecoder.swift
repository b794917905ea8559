import JSON
public import KafkaClient

/// Turns records of `contact-changes` into changes, or into all that is wrong with them. It never fails and keeps
/// nothing, so any task may use it.
public struct EventDecoder: Sendable {
    /// The member of a resource's `metadata` that is the relay's own: an event that touches it is rejected.
    public static let reservedMetadataMember = "contactRelay"

    /// Makes a decoder.
    public init() {}

    /// Reads a record in structured or binary mode.
    public func decode(_ record: KafkaRecord) -> DecodedRecord {
        let envelope = EventEnvelope(record)
        return DecodedRecord(
            record: RecordCoordinates(record), attributes: envelope.attributes, isCloudEvent: envelope.isCloudEvent,
            content: content(of: envelope))
    }

    /// Broken attributes do not keep the data from being checked: whoever repairs an event wants the whole list.
    func content(of envelope: EventEnvelope) -> Result<ResourceChange, Rejection> {
        var faults = envelope.faults
        var change: ResourceChange?
        if let name = envelope.attributes.type {
            if let type = EventType(name) {
                if let data = envelope.data {
                    var reader = ChangeReader(type)
                    change = reader.read(data)
                    faults += reader.faults
                }
            } else {
                faults.append(Rejection.Fault(.unsupportedType, at: "type", "is not one of this topic's types"))
            }
        }
        guard faults.isEmpty, let change else { return .failure(Rejection(faults)) }
        return .success(change)
    }
}
