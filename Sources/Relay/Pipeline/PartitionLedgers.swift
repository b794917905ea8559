import KafkaClient
import Synchronization
import WorkerPool

/// The ledgers of the assigned partitions, and which of them still take records: the lock around `LedgerBook`.
///
/// A partition is *taking* from its assignment to its revocation, *draining* until it is let go, and then nobody's.
final class PartitionLedgers: Sendable {
    private struct State {
        var book = LedgerBook<TopicPartition>()
        /// Assigned and taking; the ledger is opened by the partition's first record, which tells where reading began.
        var taking: [TopicPartition: Generation] = [:]
        var draining: Set<TopicPartition> = []
    }

    private let state = Mutex(State())

    /// The partitions that are ours, in order, whether taking or draining.
    var assigned: [TopicPartition] {
        state.withLock { Set($0.taking.keys).union($0.draining).sorted() }
    }

    /// What each ledger holds; a partition without a record since its assignment has none.
    var snapshot: [TopicPartition: LedgerSnapshot] { state.withLock { $0.book.snapshot } }

    /// How many completions came from an assignment that was over.
    var staleCount: Int { state.withLock { $0.book.staleCount } }

    /// Whether an offset of this partition may be committed.
    func owns(_ partition: TopicPartition) -> Bool {
        state.withLock { $0.taking[partition] != nil || $0.draining.contains(partition) }
    }

    /// Takes partitions on, under a generation that their records must carry.
    func assign(_ partitions: [TopicPartition]) -> Generation {
        state.withLock { state in
            let generation = state.book.newGeneration()
            for partition in partitions {
                state.taking[partition] = generation
                state.draining.remove(partition)
            }
            return generation
        }
    }

    /// Takes no more records of these partitions; what was taken may still finish. Gives back those that were taking.
    func drain(_ partitions: [TopicPartition]) -> [TopicPartition] {
        state.withLock { state in
            partitions.filter { partition in
                guard state.taking.removeValue(forKey: partition) != nil else { return false }
                state.draining.insert(partition)
                return true
            }
        }
    }

    /// Closes the ledgers: from now on a completion of theirs counts as stale.
    func letGo(_ partitions: [TopicPartition]) {
        state.withLock { state in
            for partition in partitions {
                state.taking[partition] = nil
                state.draining.remove(partition)
            }
            state.book.lost(partitions)
        }
    }

    /// Enters records in the order of the log; gives back, for each, the generation under which it is to be worked on,
    /// or nil for one that is not ours to take.
    func begin(_ records: [KafkaRecord]) -> [Generation?] {
        state.withLock { state in
            records.map { record in
                guard let generation = state.taking[record.partition] else { return nil }
                if state.book.generation(of: record.partition) != generation {
                    state.book.assign(record.partition, generation: generation, next: record.offset)
                }
                let isNew = state.book.begin(record.partition, generation, offset: record.offset)
                return isNew ? generation : nil
            }
        }
    }

    /// Marks records as done whose outcomes are in the log.
    func finish(_ settlements: [Settlement]) {
        state.withLock { state in
            for settlement in settlements {
                state.book.finish(settlement.partition, settlement.generation, offset: settlement.offset)
            }
        }
    }

    /// The positions that moved since the last call.
    func takeCommits() -> [TopicPartition: Int64] {
        state.withLock { $0.book.takeCommits() }
    }
}
