import KafkaClient
import Synchronization

/// Whether the intake takes records: pauses all assigned partitions as long as anybody has a reason, and resumes them
/// when the last reason is gone. Polling goes on all the while, so a slow API never costs the group membership.
final class FlowControl: Sendable {
    /// Who holds the intake back.
    enum Cause: String, Sendable, CaseIterable {
        /// The pool holds as many records as it may.
        case poolFull
        /// Outcomes wait for their topic.
        case outcomesWaiting
        /// A fault of the set-up, or an outage.
        case outage
        /// The worker is told to stop.
        case stopping
    }

    private struct State {
        var assigned: Set<TopicPartition> = []
        var causes: Set<Cause> = []
    }

    private let state = Mutex(State())
    private let consumer: any KafkaConsuming

    init(consumer: any KafkaConsuming) {
        self.consumer = consumer
    }

    /// The reasons that hold at this moment; empty while records flow.
    var causes: Set<Cause> { state.withLock { $0.causes } }

    /// Sets or lifts one reason. `holds` is asked inside the lock, so that of two callers the later one has the word.
    func set(_ cause: Cause, _ holds: () -> Bool) {
        state.withLock { state in
            let wasPaused = !state.causes.isEmpty
            if holds() { state.causes.insert(cause) } else { state.causes.remove(cause) }
            let isPaused = !state.causes.isEmpty
            guard wasPaused != isPaused else { return }
            // Inside the lock on purpose: the consumer only notes the wish, and two wishes must arrive in this order.
            if isPaused { consumer.pause(Array(state.assigned)) } else { consumer.resume(Array(state.assigned)) }
        }
    }

    /// Partitions that came: they start paused when the others are.
    func assigned(_ partitions: [TopicPartition]) {
        state.withLock { state in
            state.assigned.formUnion(partitions)
            if !state.causes.isEmpty { consumer.pause(partitions) }
        }
    }

    /// Partitions that went.
    func removed(_ partitions: [TopicPartition]) {
        state.withLock { $0.assigned.subtract(partitions) }
    }
}
