import KafkaClient
import Relay

/// A record of `contact-changes` for tests.
func record(
    _ value: String?, headers: [KafkaHeader] = [OutcomeEncoder.contentType], key: String? = "k", offset: Int64 = 7
) -> KafkaRecord {
    KafkaRecord(
        partition: TopicPartition("contact-changes", 3), offset: offset, timestamp: 1_790_000_000_000,
        key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) }, headers: headers)
}

/// A check of lines by the rules of `PurgeRecords`.
let eventCheck = EventCheck(
    routes: EventRoutes(contactChanges: "changes", purgeRequests: "purges", recordStates: "states"),
    purges: PurgeRecords.rules, at: PurgeRecords.now)

/// An event in structured mode: valid but for what `attributes` and `data` make of it.
func event(
    type: String = "contact.upserted", attributes: String = "",
    data: String = #"{"externalId":"x","contact":{"firstName":"Jo"}}"#
) -> KafkaRecord {
    record(#"{"specversion":"1.0","id":"e-1","source":"/crm","type":"\#(type)",\#(attributes)"data":\#(data)}"#)
}

/// Headers of an event in binary mode.
func binaryHeaders(type: String = "contact.upserted", and more: [KafkaHeader] = []) -> [KafkaHeader] {
    [
        KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", "e-1"), KafkaHeader("ce_source", "/crm"),
        KafkaHeader("ce_type", type),
    ] + more
}

extension DecodedRecord {
    /// The change of a record that must be valid.
    func change() throws -> ResourceChange { try content.get() }

    /// The rejection of a record that must be broken; nil when it is not.
    var rejection: Rejection? {
        guard case .failure(let rejection) = content else { return nil }
        return rejection
    }
}
