import JSON
public import KafkaClient
public import Seams

/// Checks events of all topics that stand in a file as JSON text, one on a line, with the rules that the worker decodes
/// by.
public struct EventCheck: Sendable {
    /// Where valid events are to go.
    public let routes: EventRoutes

    private let changes = EventDecoder()
    private let purges: PurgeDecoder
    private let now: WallTime

    /// Makes a check.
    ///
    /// - Parameter now: what the windows of purges are judged by.
    public init(routes: EventRoutes, purges: PurgeRules, at now: WallTime) {
        self.routes = routes
        self.purges = PurgeDecoder(rules: purges)
        self.now = now
    }

    /// The line as a record in structured mode for the topic of its type, its bytes unchanged but for white space around
    /// them; or all that is wrong with it.
    ///
    /// The key is what keeps in one partition what belongs together: a purge's request id, a record's type and id, a
    /// resource's external id. Where an event names its resource by Genesys id only, the subject is taken for the
    /// external id, and else the Genesys id has to do.
    public func check(_ line: some Collection<UInt8>) -> Result<ProducerRecord, Rejection> {
        let value = Self.trimmed(Array(line))
        let headers = [OutcomeEncoder.contentType]
        let envelope = EventEnvelope(
            KafkaRecord(partition: TopicPartition("", 0), offset: 0, value: value, headers: headers))
        return destination(of: envelope).map { topic, key in
            ProducerRecord(topic: topic, key: key.map { Array($0.utf8) }, value: value, headers: headers)
        }
    }

    /// What no topic has a type for is judged as a change.
    private func destination(of envelope: EventEnvelope) -> Result<(topic: String, key: String?), Rejection> {
        let type = envelope.attributes.type ?? ""
        if PurgeType(type) != nil {
            let key = envelope.data?["requestId"]?.unicodeText
            return purges.content(of: envelope, key: key.map { Array($0.utf8) }, at: now)
                .map { (routes.purgeRequests, $0.requestID) }
        }
        if RecordMark.Verb(type: type) != nil {
            return RecordMark.read(envelope).map { (routes.recordStates, $0.key) }
        }
        return changes.content(of: envelope)
            .map { (routes.contactChanges, $0.externalID ?? envelope.attributes.subject ?? $0.id) }
    }

    private static func trimmed(_ line: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = line.firstIndex(where: { !isSpace($0) }), let last = line.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(line[first...last])
    }
}
