import KafkaClient
import Synchronization
import WorkerPool

/// Partitions whose compacted state is being read: their work waits for it.
final class Restorations: Sendable {
    private struct State {
        var pending: [TopicPartition: (generation: Generation, end: StopSignal)] = [:]
    }

    private let state = Mutex(State())

    /// Whether work of this partition must wait.
    func isPending(_ partition: TopicPartition) -> Bool {
        state.withLock { !$0.pending.isEmpty && $0.pending[partition] != nil }
    }

    /// The partitions that are waited for, in order.
    var pending: [TopicPartition] { state.withLock { $0.pending.keys.sorted() } }

    /// A partition was assigned and its state is to be read; the signal rises when the assignment ends.
    func begin(_ partition: TopicPartition, _ generation: Generation) -> StopSignal {
        let end = StopSignal()
        let former = state.withLock { $0.pending.updateValue((generation, end), forKey: partition) }
        former?.end.raise(to: .drain)
        return end
    }

    /// The state is read. False when the assignment has ended meanwhile.
    func finish(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        state.withLock { state in
            guard state.pending[partition]?.generation == generation else { return false }
            state.pending[partition] = nil
            return true
        }
    }

    /// The assignments have ended: nothing more is read for them.
    func cancel(_ partitions: [TopicPartition]) {
        let ended = state.withLock { state in
            partitions.compactMap { state.pending.removeValue(forKey: $0)?.end }
        }
        for end in ended { end.raise(to: .drain) }
    }
}
