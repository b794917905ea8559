import KafkaClient
import Synchronization

/// A member that takes its events and lets go of what is revoked after a while.
final class GroupMember: Sendable {
    private struct State {
        var owned: Set<TopicPartition> = []
        var texts: [TopicPartition: Set<String>] = [:]
        var errors: [String] = []
        var revoked = 0
        var lost = 0
    }

    private let consumer: KafkaConsumer
    private let hold: Duration
    private let commits: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - hold: how long it keeps what is revoked.
    ///   - commits: whether it commits what it has read.
    init(_ consumer: KafkaConsumer, hold: Duration = .zero, commits: Bool = false) {
        self.consumer = consumer
        self.hold = hold
        self.commits = commits
    }

    var owned: Set<TopicPartition> { state.withLock { $0.owned } }
    var errors: [String] { state.withLock { $0.errors } }
    /// How often partitions were revoked, and how often they were lost.
    var counts: (revoked: Int, lost: Int) { state.withLock { ($0.revoked, $0.lost) } }

    func hasRead(_ text: String, from partition: TopicPartition) -> Bool {
        state.withLock { $0.texts[partition]?.contains(text) == true }
    }

    /// Returns when the consumer is closed.
    func run() async {
        while true {
            let events = await consumer.nextEvents()
            if events.isEmpty { return }
            for event in events { await take(event) }
        }
    }

    private func take(_ event: KafkaConsumerEvent) async {
        switch event {
        case .assigned(let partitions):
            state.withLock { $0.owned.formUnion(partitions.map(\.partition)) }
        case .revoked(let partitions, let acknowledgement):
            // Cancelled or not, it lets go.
            try? await Task.sleep(for: hold)
            state.withLock { state in
                state.owned.subtract(partitions)
                state.revoked += 1
            }
            acknowledgement()
        case .lost(let partitions):
            state.withLock { state in
                state.owned.subtract(partitions)
                state.lost += 1
            }
        case .records(let records):
            state.withLock { state in
                for record in records {
                    state.texts[record.partition, default: []].insert(
                        String(decoding: record.value ?? [], as: UTF8.self))
                }
            }
            guard commits else { return }
            for record in records {
                // One that fails in a rebalance is no fault.
                try? await consumer.commit([record.partition: CommittedOffset(record.offset + 1)])
            }
        case .lostRange(let partition, _, _):
            state.withLock { $0.errors.append("lost range of \(partition)") }
        case .error(let error):
            state.withLock { $0.errors.append("\(error)") }
        }
    }

    func close() async { await consumer.close() }
}
