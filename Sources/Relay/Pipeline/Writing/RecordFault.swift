import KafkaClient

/// A record that the log does not take, and why.
struct RecordFault: Sendable {
    /// What its error says about the others.
    enum Kind {
        /// This record is at fault, or one of those that travelled with it: a broker refuses a batch of records whole.
        case record
        /// Every record for this topic is refused.
        case topic
    }

    /// The settlement's place in its batch.
    let entry: Int
    /// The record's place among the settlement's records.
    let record: Int
    let topic: String
    let kind: Kind
    let error: KafkaError

    /// Whether a smaller record may be taken.
    var isOfSize: Bool { Self.sizeCodes.contains(error.code) }

    /// The end of the worker, where nothing smaller can be made: to go on would be a loop.
    var fatal: KafkaError {
        KafkaError(
            code: error.code,
            message: "a record for \(topic) is too large at its smallest; raise max.message.bytes of that topic",
            isFatal: true)
    }

    /// The settlements with audit records, where this error says that a topic refuses every record.
    static func missingTopic(_ error: KafkaError, of batch: [SettlementQueue.Entry]) -> [RecordFault] {
        guard kind(of: error) == .topic else { return [] }
        return batch.indices.filter { !batch[$0].settlement.audits.isEmpty }.map { place in
            RecordFault(entry: place, record: 0, topic: "the audit trail", kind: .topic, error: error)
        }
    }

    private static let sizeCodes: Set<String> = ["MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_MSG_SIZE"]
    private static let recordCodes: Set<String> = sizeCodes.union(["INVALID_MSG", "INVALID_RECORD"])
    private static let topicCodes: Set<String> = [
        "UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "TOPIC_EXCEPTION", "POLICY_VIOLATION",
        "TOPIC_AUTHORIZATION_FAILED",
    ]

    /// Those of a batch's faults that are a record's or a topic's own; the results stand in the order of the batch's
    /// records. What failed because the transaction or the broker did is none.
    static func find(
        in results: [Result<ProducedRecord, KafkaError>], of batch: [SettlementQueue.Entry]
    ) -> [RecordFault] {
        var faults: [RecordFault] = []
        var results = results.makeIterator()
        for (place, entry) in batch.enumerated() {
            for (index, record) in entry.settlement.records.enumerated() {
                guard case .failure(let error)? = results.next(), let kind = kind(of: error) else { continue }
                faults.append(
                    RecordFault(entry: place, record: index, topic: record.topic, kind: kind, error: error))
            }
        }
        return faults
    }

    private static func kind(of error: KafkaError) -> Kind? {
        if recordCodes.contains(error.code) { return .record }
        return topicCodes.contains(error.code) ? .topic : nil
    }
}

extension Sequence where Element == Result<ProducedRecord, KafkaError> {
    /// The first error that ends the producer, else the first error.
    var worstError: KafkaError? {
        var first: KafkaError?
        for case .failure(let error) in self {
            if error.isFatal { return error }
            first = first ?? error
        }
        return first
    }
}
