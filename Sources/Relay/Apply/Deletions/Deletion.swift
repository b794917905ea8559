import GenesysCloud
import JSON
public import KafkaClient
import Seams

/// A deletion as it is remembered: what was deleted, by which event, when, and which sequences had been applied by then.
///
/// It travels in the transaction of the deleting event's outcome. Of the resource itself it holds nothing but its names.
public struct Deletion: Sendable, Equatable {
    /// What a reader wants to know of the event; nothing is judged by it.
    struct Event: Sendable, Equatable {
        var id: String
        var source: String
        var type: String
        var sequence: String?
    }

    var resourceType: ResourceType
    /// The resource's external id; nil where it had none, or none is known.
    var externalID: String?
    /// The resource's Genesys id; nil where none is known. One of the two is always there.
    var id: String?
    var event: Event
    var deletedAt: WallTime
    /// The greatest applied sequences: the deleting event's own and those that the resource carried.
    var marks: SequenceMarks

    /// The record that makes other owners of the partition remember it.
    ///
    /// - Parameters:
    ///   - topic: The topic of deletions.
    ///   - partition: The number of the input record's partition, which whoever owns the input reads.
    public func record(topic: String, partition: Int32) -> ProducerRecord {
        ProducerRecord(topic: topic, partition: partition, key: DeletionKey.bytes(of: key), value: json.bytes)
    }

    /// Reads a record of the topic; nil for what is not such a record.
    init?(_ value: [UInt8]) {
        guard let json = try? JSONValue(parsing: value),
            let type = json["resourceType"]?.stringValue.flatMap(ResourceType.init),
            let deletedAt = json["deletedAt"]?.stringValue.flatMap({ WallTime(rfc3339: $0) })
        else { return nil }
        resourceType = type
        externalID = json["externalId"]?.stringValue
        id = json["id"]?.stringValue
        guard externalID != nil || id != nil else { return nil }
        let event = json["event"]
        self.event = Event(
            id: event?["id"]?.stringValue ?? "", source: event?["source"]?.stringValue ?? "",
            type: event?["type"]?.stringValue ?? "", sequence: event?["sequence"]?.stringValue)
        self.deletedAt = deletedAt
        marks = SequenceMarks(json["sequences"])
    }

    init(
        _ resourceType: ResourceType, externalID: String?, id: String?, event: Event, deletedAt: WallTime,
        marks: SequenceMarks
    ) {
        self.resourceType = resourceType
        self.externalID = externalID
        self.id = id
        self.event = event
        self.deletedAt = deletedAt
        self.marks = marks
    }

    /// What the record is keyed by.
    var key: ResourceName { ResourceName(resourceType, externalID ?? id ?? "") }

    private var json: JSONValue {
        var json = JSONValue.object([("resourceType", .string(resourceType.rawValue))])
        if let externalID { json.set("externalId", to: .string(externalID)) }
        if let id { json.set("id", to: .string(id)) }
        json.set("event", to: event.json)
        json.set("deletedAt", to: .string(deletedAt.description))
        json.set("sequences", to: marks.json)
        return json
    }
}

extension Deletion.Event {
    /// Attributes are cut as in outcomes: a record must fit into its topic whatever the event held.
    fileprivate var json: JSONValue {
        func bounded(_ text: String) -> JSONValue { .string(text.cut(toBytes: OutcomeEncoder.attributeLimit)) }
        var json = JSONValue.object([("id", bounded(id)), ("source", bounded(source)), ("type", bounded(type))])
        if let sequence { json.set("sequence", to: bounded(sequence)) }
        return json
    }
}
