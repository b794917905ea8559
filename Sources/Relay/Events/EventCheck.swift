public import KafkaClient

/// Checks events that stand in a file as JSON text, one on a line, with the rules that the worker decodes by.
public struct EventCheck: Sendable {
    /// Where valid events are to go.
    public let topic: String

    private let decoder = EventDecoder()

    /// Makes a check of events for `topic`.
    public init(topic: String) {
        self.topic = topic
    }

    /// The line as a record in structured mode, its bytes unchanged but for white space around them; or all that is
    /// wrong with it.
    ///
    /// The key is what keeps a resource's events in one partition: its external id. Where the event names it by Genesys
    /// id only, the subject is taken for the external id, and else the Genesys id has to do.
    public func check(_ line: some Collection<UInt8>) -> Result<ProducerRecord, Rejection> {
        let value = Self.trimmed(Array(line))
        let headers = [OutcomeEncoder.contentType]
        let decoded = decoder.decode(
            KafkaRecord(partition: TopicPartition(topic, 0), offset: 0, value: value, headers: headers))
        return decoded.content.map { change in
            let key = change.externalID ?? decoded.attributes.subject ?? change.id
            return ProducerRecord(topic: topic, key: key.map { Array($0.utf8) }, value: value, headers: headers)
        }
    }

    private static func trimmed(_ line: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = line.firstIndex(where: { !isSpace($0) }), let last = line.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(line[first...last])
    }
}
