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
        value(
            of: decoded.record, decoded.attributes, type: decoded.outcomeType.rawValue,
            subject: Self.subject(of: decoded), at: time
        ) { text in
            put(outcome, into: &text)
        }
    }

    /// The frame that all outcomes share, with what `body` says of one.
    ///
    /// - Parameters:
    ///   - idSuffix: What makes the outcome's id another than the record's coordinates alone would.
    ///   - subject: Where the event has none of its own.
    func value(
        of record: RecordCoordinates, _ attributes: EventAttributes, type: String, idSuffix: String = "",
        subject: String?, at time: WallTime, _ body: (inout OutcomeText) -> Void
    ) -> [UInt8] {
        var text = OutcomeText()
        text.beginObject()
        text.put("specversion", "1.0")
        text.put("id", "\(record.topic)/\(record.partition)/\(record.offset)\(idSuffix)")
        text.put("source", source)
        text.put("type", type)
        text.put("subject", Self.subject(attributes.subject ?? subject ?? record.keyText))
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
        body(&text)
        text.endObject()
        text.endObject()
        return text.bytes
    }

    /// `data.reason`.
    static func put(_ reason: Reason, into text: inout OutcomeText) {
        text.beginObject("reason")
        text.put("code", reason.code.rawValue)
        text.put("message", reason.message)
        text.put("httpStatus", reason.httpStatus.map(Int64.init))
        text.put("correlationId", reason.correlationID?.cut(toBytes: attributeLimit))
        text.endObject()
    }

    private func put(_ outcome: Outcome, into text: inout OutcomeText) {
        text.put("status", outcome.status.name)
        if case .applied(let action) = outcome.status { text.put("action", action.rawValue) }
        text.put("contactId", outcome.contactID)
        text.put("organizationId", outcome.organizationID)
        text.put("previousContactId", outcome.previousContactID)
        if let reason = outcome.reason { Self.put(reason, into: &text) }
        text.put("coalescedInto", bounded(outcome.coalescedInto))
        text.put("attempts", Int64(outcome.attempts))
        text.put("requests", Int64(outcome.requests))
        text.put("durationMs", outcome.duration.wholeMilliseconds)
    }

    /// What the outcome is about, where its event does not say so: what names the resource.
    private static func subject(of decoded: DecodedRecord) -> String? {
        let change = try? decoded.content.get()
        return change?.externalID ?? change?.id
    }

    /// CloudEvents allows no empty subject.
    private static func subject(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text.cut(toBytes: attributeLimit)
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
