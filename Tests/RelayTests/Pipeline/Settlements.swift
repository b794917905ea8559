import KafkaClient
import WorkerPool

@testable import Relay

/// Settlements and entries made by hand.
enum Settlements {
    static func settlement(
        _ offset: Int64, _ records: [ProducerRecord], partition: TopicPartition = PipelineHarness.partition,
        generation: Generation = Generation(1)
    ) -> Settlement {
        Settlement(
            partition: partition, generation: generation, offset: offset, records: records, status: "applied",
            isDeadLetter: false)
    }

    /// One record for each topic, whose value names the offset.
    static func settlement(
        _ offset: Int64, to topics: String..., partition: TopicPartition = PipelineHarness.partition,
        generation: Generation = Generation(1)
    ) -> Settlement {
        settlement(
            offset,
            topics.map { ProducerRecord(topic: $0, key: nil, value: Array(String(offset).utf8)) },
            partition: partition, generation: generation)
    }

    static func entries(_ settlements: [Settlement]) -> [SettlementQueue.Entry] {
        settlements.enumerated().map { SettlementQueue.Entry(number: Int64($0.offset), settlement: $0.element) }
    }

    static func numbers(_ entries: [SettlementQueue.Entry]) -> [Int64] { entries.map(\.number) }

    /// An outcome of so many bytes that can be made smaller in two steps.
    static func outcome(text: Int) -> ProducerRecord {
        let long = String(repeating: "x", count: text)
        let value =
            #"{"id":"t/0/1","subject":"\#(long)","data":{"event":{"id":"e","source":"/crm","type":"contact.upserted"},"#
            + #""record":{"topic":"t","partition":0,"offset":1},"status":"unchanged"}}"#
        return ProducerRecord(
            topic: "outcomes", key: nil, value: Array(value.utf8), headers: [OutcomeEncoder.contentType])
    }
}
