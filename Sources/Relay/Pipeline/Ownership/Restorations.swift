import KafkaClient
import Synchronization
import WorkerPool

/// Partitions whose compacted state is being read: their work waits for it.
final class Restorations: Sendable {
    private struct Reading {
        let generation: Generation
        let end: StopSignal
        /// The assignment is ending: the state will never be whole.
        var isCancelled = false
    }

    private let readings = Mutex<[TopicPartition: Reading]>([:])

    /// Whether work of this partition must wait: until its state is read, or for as long as the partition is ours when the
    /// reading was given up.
    func isPending(_ partition: TopicPartition) -> Bool {
        readings.withLock { !$0.isEmpty && $0[partition] != nil }
    }

    /// Whether the state is being read for this assignment, and not for another one or in vain.
    func isUnderWay(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        readings.withLock { $0[partition].map { $0.generation == generation && !$0.isCancelled } ?? false }
    }

    /// A partition was assigned and its state is to be read; the signal rises when the assignment ends.
    func begin(_ partition: TopicPartition, _ generation: Generation) -> StopSignal {
        let end = StopSignal()
        let former = readings.withLock {
            $0.updateValue(Reading(generation: generation, end: end), forKey: partition)
        }
        former?.end.raise(to: .drain)
        return end
    }

    /// The state is read. False when the assignment has ended meanwhile.
    func finish(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        readings.withLock { readings in
            guard let reading = readings[partition], reading.generation == generation, !reading.isCancelled else {
                return false
            }
            readings[partition] = nil
            return true
        }
    }

    /// The assignments are ending: nothing more is read for them, and their work goes on waiting.
    func cancel(_ partitions: [TopicPartition]) {
        let ended = readings.withLock { readings in
            partitions.compactMap { partition -> StopSignal? in
                readings[partition]?.isCancelled = true
                return readings[partition]?.end
            }
        }
        for end in ended { end.raise(to: .drain) }
    }

    /// The assignments that were cancelled are over. What is read for a newer one stays.
    func drop(_ partitions: [TopicPartition]) {
        readings.withLock { readings in
            for partition in partitions where readings[partition]?.isCancelled == true { readings[partition] = nil }
        }
    }
}
