import KafkaClient
import Synchronization

/// Whether the intake takes records: pauses all assigned partitions as long as anybody has a reason, and one as long as
/// there is a reason of its own. Polling goes on all the while, so a slow API never costs the group membership.
final class FlowControl: Sendable {
    /// Who holds the whole intake back.
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

    /// Who holds one partition back.
    enum PartitionCause: String, Sendable, CaseIterable {
        /// Its compacted state is being read.
        case restoring
        /// As many purges are under way as may be.
        case purgesFull
        /// What is finished beyond its first unfinished record fills the map that a commit can carry.
        case commitMapFull
    }

    private struct State {
        var assigned: Set<TopicPartition> = []
        var causes: Set<Cause> = []
        var own: [TopicPartition: Set<PartitionCause>] = [:]

        func isPaused(_ partition: TopicPartition) -> Bool { !causes.isEmpty || own[partition] != nil }

        mutating func set(_ cause: PartitionCause, _ partition: TopicPartition, _ holds: Bool) {
            var causes = own[partition] ?? []
            if holds { causes.insert(cause) } else { causes.remove(cause) }
            own[partition] = causes.isEmpty ? nil : causes
        }
    }

    private let state = Mutex(State())
    private let consumer: any KafkaConsuming

    init(consumer: any KafkaConsuming) {
        self.consumer = consumer
    }

    /// The reasons that hold at this moment for all partitions; empty while records flow.
    var causes: Set<Cause> { state.withLock { $0.causes } }

    /// The reasons that single partitions have.
    var partitionCauses: [TopicPartition: Set<PartitionCause>] { state.withLock { $0.own } }

    /// Sets or lifts one reason. `holds` is asked inside the lock, so that of two callers the later one has the word.
    func set(_ cause: Cause, _ holds: () -> Bool) {
        change { state in
            if holds() { state.causes.insert(cause) } else { state.causes.remove(cause) }
        }
    }

    /// Sets a reason for these partitions and lifts it for all others. Those that are not assigned are passed over.
    func set(_ cause: PartitionCause, only partitions: Set<TopicPartition>) {
        change { state in
            for partition in state.assigned where state.own[partition] != nil || partitions.contains(partition) {
                state.set(cause, partition, partitions.contains(partition))
            }
        }
    }

    /// Sets or lifts a reason of all assigned partitions of a topic. `holds` is asked inside the lock.
    func set(_ cause: PartitionCause, of topic: String, _ holds: () -> Bool) {
        change { state in
            let holds = holds()
            for partition in state.assigned where partition.topic == topic { state.set(cause, partition, holds) }
        }
    }

    /// Lifts one partition's reason.
    func lift(_ cause: PartitionCause, _ partition: TopicPartition) {
        change { $0.set(cause, partition, false) }
    }

    /// Partitions that came, perhaps with a reason to wait: they start paused where one holds.
    func assigned(_ partitions: [TopicPartition], _ cause: PartitionCause?) {
        state.withLock { state in
            state.assigned.formUnion(partitions)
            for partition in partitions {
                state.own[partition] = nil
                if let cause { state.set(cause, partition, true) }
            }
            let paused = partitions.filter(state.isPaused)
            if !paused.isEmpty { consumer.pause(paused) }
        }
    }

    /// Partitions that went.
    func removed(_ partitions: [TopicPartition]) {
        state.withLock { state in
            state.assigned.subtract(partitions)
            for partition in partitions { state.own[partition] = nil }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            let before = state
            body(&state)
            // Asked with every outcome, and mostly without news.
            guard before.causes != state.causes || before.own != state.own else { return }
            let turned = state.assigned.filter { before.isPaused($0) != state.isPaused($0) }.sorted()
            let (paused, resumed) = (turned.filter(state.isPaused), turned.filter { !state.isPaused($0) })
            // Inside the lock on purpose: the consumer only notes the wish, and two wishes must arrive in this order.
            if !paused.isEmpty { consumer.pause(paused) }
            if !resumed.isEmpty { consumer.resume(resumed) }
        }
    }
}
