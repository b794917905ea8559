public import KafkaClient

extension DeadLetter {
    /// What can be left out of a dead letter that is too large for its topic, in this order.
    private enum Part: String {
        case message
        case value
    }

    /// Whether a record to be produced is a dead letter of ours.
    static func isDeadLetter(_ record: ProducerRecord) -> Bool {
        record.headers.contains { $0.name == Header.reason.rawValue }
    }

    /// The dead letter with less in it, or nil when there is nothing left to leave out: first the message goes, then the
    /// value too. `relay-dlq-truncated` names what is missing (`message`, or `message,value`); the coordinates still
    /// lead to the original.
    public static func shrunk(_ letter: ProducerRecord) -> ProducerRecord? {
        var letter = letter
        let missing: [Part]
        if letter.headers.contains(where: { $0.name == Header.message.rawValue }) {
            letter.headers.removeAll { $0.name == Header.message.rawValue }
            missing = [.message]
        } else if letter.value != nil {
            letter.value = nil
            missing = [.message, .value]
        } else {
            return nil
        }
        letter.headers.removeAll { $0.name == Header.truncated.rawValue }
        letter.headers.append(
            KafkaHeader(Header.truncated.rawValue, missing.map(\.rawValue).joined(separator: ",")))
        return letter
    }
}
