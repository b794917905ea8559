public import KafkaClient

/// Makes dead letters: the record as it was received, and headers that say why it is there.
public enum DeadLetter {
    /// The headers that a dead letter adds, each once.
    enum Header: String, CaseIterable {
        case reason = "relay-dlq-reason"
        case message = "relay-dlq-message"
        case topic = "relay-dlq-topic"
        case partition = "relay-dlq-partition"
        case offset = "relay-dlq-offset"
        case timestamp = "relay-dlq-timestamp"
        case attempts = "relay-dlq-attempts"
        case httpStatus = "relay-dlq-http-status"
        case correlationID = "relay-dlq-correlation-id"
        case redrives = "relay-dlq-redrives"
        case truncated = "relay-dlq-truncated"
    }

    /// The dead letter of `original` for `topic`.
    ///
    /// Headers that an earlier stay among the dead letters left on the record are replaced; the number of its redrives is
    /// carried over. Names of our headers are the only ones touched. The partition is the key's, as with every record.
    public static func record(
        _ original: KafkaRecord, reason: Reason, attempts: Int, topic: String
    ) -> ProducerRecord {
        var headers = original.headers.filter { Header(rawValue: $0.name) == nil }
        func add(_ header: Header, _ value: String?) {
            if let value { headers.append(KafkaHeader(header.rawValue, value)) }
        }
        add(.reason, reason.code.rawValue)
        add(.message, reason.safeMessage)
        add(.topic, original.partition.topic)
        add(.partition, String(original.partition.partition))
        add(.offset, String(original.offset))
        add(.timestamp, original.timestamp.map { String($0) })
        add(.attempts, String(attempts))
        add(.httpStatus, reason.httpStatus.map { String($0) })
        add(.correlationID, reason.correlationID?.cut(toBytes: Reason.messageLimit))
        add(.redrives, String(redrives(of: original.headers)))
        return ProducerRecord(topic: topic, key: original.key, value: original.value, headers: headers)
    }

    /// How often a record with these headers was returned from the dead letters to its topic; 0 where nothing says so.
    public static func redrives(of headers: [KafkaHeader]) -> Int {
        guard let value = headers.last(where: { $0.name == Header.redrives.rawValue })?.value,
            let text = String(validatingUTF8Bytes: value), let count = Int(text), count >= 0
        else { return 0 }
        return count
    }
}
