public import KafkaClient
public import Seams

/// Makes outcome records: CloudEvents in structured mode, the same bytes but for times and counts on every retry.
public struct OutcomeEncoder: Sendable {
    /// The header that tells a reader of the content mode.
    public static let contentType = KafkaHeader("content-type", "application/cloudevents+json")

    /// What an attribute that came with the event may take of its outcome, in bytes: an outcome must fit into its topic
    /// whatever the input held. The record's coordinates lead to the whole of it.
    static let attributeLimit = 4096

    /// The `source` of every outcome: `/contact-relay/<group id>`.
    public let source: String

    /// Makes an encoder for the consumer group `groupID`.
    public init(groupID: String) {
        source = "/contact-relay/" + Self.percentEncoded(groupID)
    }

    /// The outcome of `decoded` as a record for `topic`, settled at `time`. It goes to the partition that the input's key
    /// leads to.
    public func record(
        _ outcome: Outcome, of decoded: DecodedRecord, at time: WallTime, topic: String
    ) -> ProducerRecord {
        ProducerRecord(
            topic: topic, key: decoded.record.key, value: value(outcome, of: decoded, at: time),
            headers: [Self.contentType])
    }

    /// The outcome's JSON text.
    public func value(_ outcome: Outcome, of decoded: DecodedRecord, at time: WallTime) -> [UInt8] {
        let record = decoded.record
        let attributes = decoded.attributes
        var text = OutcomeText()
        text.beginObject()
        text.put("specversion", "1.0")
        text.put("id", "\(record.topic)/\(record.partition)/\(record.offset)")
        text.put("source", source)
        text.put("type", decoded.outcomeType.rawValue)
        text.put("subject", Self.subject(of: decoded))
        text.put("time", time.description)
        text.put("traceparent", bounded(attributes.traceparent))
        text.put("datacontenttype", "application/json")
        text.beginObject("data")
        text.beginObject("event")
        text.put("id", bounded(attributes.id))
        text.put("source", bounded(attributes.source))
        text.put("type", bounded(attributes.type))
        text.put("sequence", bounded(attributes.sequence))
        text.endObject()
        text.beginObject("record")
        text.put("topic", record.topic)
        text.put("partition", Int64(record.partition))
        text.put("offset", record.offset)
        text.put("key", bounded(record.keyText))
        text.endObject()
        put(outcome, into: &text)
        text.endObject()
        text.endObject()
        return text.bytes
    }

    private func put(_ outcome: Outcome, into text: inout OutcomeText) {
        text.put("status", outcome.status.name)
        if case .applied(let action) = outcome.status { text.put("action", action.rawValue) }
        text.put("contactId", outcome.contactID)
        text.put("organizationId", outcome.organizationID)
        text.put("previousContactId", outcome.previousContactID)
        if let reason = outcome.reason {
            text.beginObject("reason")
            text.put("code", reason.code.rawValue)
            text.put("message", reason.message)
            text.put("httpStatus", reason.httpStatus.map(Int64.init))
            text.put("correlationId", bounded(reason.correlationID))
            text.endObject()
        }
        text.put("coalescedInto", bounded(outcome.coalescedInto))
        text.put("attempts", Int64(outcome.attempts))
        text.put("requests", Int64(outcome.requests))
        text.put("durationMs", outcome.duration.wholeMilliseconds)
    }

    /// What the outcome is about: the event's own subject, else what names the resource. CloudEvents allows no empty
    /// subject.
    private static func subject(of decoded: DecodedRecord) -> String? {
        let change = try? decoded.content.get()
        let subject = decoded.attributes.subject ?? change?.externalID ?? change?.id ?? decoded.record.keyText
        guard let subject, !subject.isEmpty else { return nil }
        return subject.cut(toBytes: attributeLimit)
    }

    private func bounded(_ text: String?) -> String? {
        text?.cut(toBytes: Self.attributeLimit)
    }

    /// Percent-encodes what may not stand in a segment of a URI reference (RFC 3986).
    private static func percentEncoded(_ segment: String) -> String {
        var encoded = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
