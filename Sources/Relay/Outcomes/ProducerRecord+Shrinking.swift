import JSON
import KafkaClient

extension ProducerRecord {
    /// The record with less in it, for a topic that finds it too large; nil when nothing can be left out any more, or it is
    /// neither an outcome nor a dead letter.
    ///
    /// Without this it would never be written, and its partition never be committed.
    var shrunk: ProducerRecord? {
        if DeadLetter.isDeadLetter(self) { return DeadLetter.shrunk(self) }
        guard headers == [OutcomeEncoder.contentType], let value, let smaller = SmallerOutcome.of(value) else {
            return nil
        }
        var record = self
        record.value = smaller
        return record
    }
}

/// An outcome with less in it, and still one by its schema: first what the event brought along is cut, then all that does
/// not say which record it is about and what became of it. `data.truncated` says so.
enum SmallerOutcome {
    /// What a text may take in the first step, in bytes.
    private static let textLimit = 128

    /// Nil when neither step makes it smaller.
    static func of(_ value: [UInt8]) -> [UInt8]? {
        guard let outcome = try? JSONValue(parsing: value), let data = outcome["data"] else { return nil }
        for step in [cut(outcome, data), bare(outcome, data)] {
            let smaller = step.bytes
            if smaller.count < value.count { return smaller }
        }
        return nil
    }

    private static func cut(_ outcome: JSONValue, _ data: JSONValue) -> JSONValue {
        var (outcome, data) = (outcome, data)
        for name in ["traceparent", "subject"] { cut(name, in: &outcome) }
        for name in ["event", "record", "reason"] {
            guard var part = data[name] else { continue }
            for member in part.members where member.name != "topic" { cut(member.name, in: &part) }
            data.set(name, to: part)
        }
        cut("coalescedInto", in: &data)
        return marked(outcome, data)
    }

    private static func bare(_ outcome: JSONValue, _ data: JSONValue) -> JSONValue {
        var (outcome, data) = (outcome, data)
        for name in ["coalescedInto", "contactId", "organizationId"] { data.remove(name) }
        data.set("event", to: .object([]))
        if var record = data["record"] {
            record.remove("key")
            data.set("record", to: record)
        }
        if let code = data["reason"]?["code"] {
            data.set("reason", to: .object([("code", code), ("message", .string(""))]))
        }
        outcome.remove("traceparent")
        outcome.remove("subject")
        return marked(outcome, data)
    }

    private static func marked(_ outcome: JSONValue, _ data: JSONValue) -> JSONValue {
        var (outcome, data) = (outcome, data)
        data.set("truncated", to: .bool(true))
        outcome.set("data", to: data)
        return outcome
    }

    private static func cut(_ name: String, in object: inout JSONValue) {
        guard let text = object[name]?.stringValue, text.utf8.count > textLimit else { return }
        object.set(name, to: .string(text.cut(toBytes: textLimit)))
    }
}
