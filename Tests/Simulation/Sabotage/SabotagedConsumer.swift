import KafkaClient
import WorkerPool

/// A consumer with a fault.
///
/// Unchecked: it belongs to its scheduler's thread.
struct SabotagedConsumer: KafkaConsuming, @unchecked Sendable {
    let inner: SimulatedConsumer
    let sabotage: Sabotage
    let sent: SentOffsets

    func nextEvents() async -> [KafkaConsumerEvent] {
        while true {
            let events = await inner.nextEvents()
            let passed = events.filter { event in
                if sabotage == .hidesLoss, case .lost = event { return false }
                return true
            }
            if sabotage == .letsGoBeforeDrain {
                for case .revoked(_, let acknowledgement) in passed { acknowledgement() }
            }
            // An empty array would be the end.
            if !passed.isEmpty || events.isEmpty { return passed }
        }
    }

    func pause(_ partitions: [TopicPartition]) { inner.pause(partitions) }

    func resume(_ partitions: [TopicPartition]) { inner.resume(partitions) }

    func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(KafkaError) {
        try await inner.commit(offsets)
    }

    func committed(_ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        let standing = try await inner.committed(partitions)
        return sabotage == .marksNoSteps ? sent.marked(standing) : standing
    }

    func partitionCount(of topic: String) async throws(KafkaError) -> Int {
        try await inner.partitionCount(of: topic)
    }

    func startOfReading(_ partition: TopicPartition) async throws(KafkaError) -> Int64 {
        try await inner.startOfReading(partition)
    }

    func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata {
        sabotage == .takesAnyPlace ? inner.presentPlace : try await inner.groupMetadata()
    }

    var pulse: PollPulse {
        sabotage == .feignsPulse ? PollPulse(age: .zero, stalls: 0) : inner.pulse
    }

    func logEnd(of partition: TopicPartition) -> Int64? { inner.logEnd(of: partition) }

    func close() async { await inner.close() }
}
