import KafkaClient
import Synchronization
import WorkerPool

/// The ledgers of the assigned partitions, and which of them still take records: the lock around `LedgerBook`.
///
/// A partition is *taking* from its assignment to its revocation, *draining* until it is let go, and then nobody's.
/// Whoever ends an assignment names its generation, so that a late end never meets a newer assignment.
final class PartitionLedgers: Sendable {
    private struct State {
        var book = LedgerBook<TopicPartition>()
        /// Assigned and taking; the ledger is opened by the partition's first record, which tells where reading began.
        var taking: [TopicPartition: Generation] = [:]
        var draining: [TopicPartition: Generation] = [:]
        /// The highest offset that was settled under the present assignment, written or not.
        var highestSettled: [TopicPartition: Int64] = [:]
        /// Of draining partitions: what lies beyond is left to the next owner.
        var bounds: [TopicPartition: Int64] = [:]

        func generation(of partition: TopicPartition) -> Generation? {
            taking[partition] ?? draining[partition]
        }

        mutating func forget(_ partition: TopicPartition) {
            taking[partition] = nil
            draining[partition] = nil
            highestSettled[partition] = nil
            bounds[partition] = nil
        }
    }

    private let state = Mutex(State())

    /// The partitions that are ours, in order, whether taking or draining.
    var assigned: [TopicPartition] {
        state.withLock { Set($0.taking.keys).union($0.draining.keys).sorted() }
    }

    /// What each ledger holds; a partition without a record since its assignment has none.
    var snapshot: [TopicPartition: LedgerSnapshot] { state.withLock { $0.book.snapshot } }

    /// How many completions came from an assignment that was over.
    var staleCount: Int { state.withLock { $0.book.staleCount } }

    /// Whether an offset of this assignment may be committed.
    func owns(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        state.withLock { $0.generation(of: partition) == generation }
    }

    /// Those of the partitions that are ours, each with its assignment.
    func assignments(of partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        state.withLock { state in
            var assignments: [TopicPartition: Generation] = [:]
            for partition in partitions { assignments[partition] = state.generation(of: partition) }
            return assignments
        }
    }

    /// Takes partitions on, under a generation that their records must carry.
    func assign(_ partitions: [TopicPartition]) -> Generation {
        state.withLock { state in
            let generation = state.book.newGeneration()
            for partition in partitions {
                state.forget(partition)
                state.taking[partition] = generation
            }
            return generation
        }
    }

    // MARK: The end of an assignment

    /// Takes no more records of these partitions; what was taken may still finish. Gives back those that are ours,
    /// whether they were taking or draining already.
    func drain(_ partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        state.withLock { state in
            for partition in partitions {
                guard let generation = state.taking.removeValue(forKey: partition) else { continue }
                state.draining[partition] = generation
            }
        }
        return assignments(of: partitions)
    }

    /// Decides up to which offset draining partitions are worked off: the highest that is settled or in hand. To do
    /// again what lies beyond costs nothing; a gap below costs all that is finished beyond it.
    ///
    /// Decided once for an assignment: from then on `admit` refuses what lies beyond.
    func bound(_ assignments: [TopicPartition: Generation], inHand: [WorkItem]) -> [TopicPartition: Int64] {
        state.withLock { state in
            var bounds: [TopicPartition: Int64] = [:]
            for (partition, generation) in assignments where state.draining[partition] == generation {
                bounds[partition] = state.bounds[partition] ?? state.highestSettled[partition] ?? -1
            }
            for item in inHand where assignments[item.partition] == item.generation {
                if let bound = bounds[item.partition], state.bounds[item.partition] == nil {
                    bounds[item.partition] = max(bound, item.record.offset)
                }
            }
            state.bounds.merge(bounds) { old, _ in old }
            return bounds
        }
    }

    /// Notes what is settled; leaves out what lies beyond the bound of a draining partition, which can only be a record
    /// that was rejected at the very moment of the decision.
    func admit(_ settlements: [Settlement]) -> [Settlement] {
        state.withLock { state in
            settlements.filter { settlement in
                let partition = settlement.partition
                guard state.generation(of: partition) == settlement.generation else { return true }
                if let bound = state.bounds[partition], settlement.offset > bound { return false }
                state.highestSettled[partition] = max(state.highestSettled[partition] ?? -1, settlement.offset)
                return true
            }
        }
    }

    /// Closes the ledgers of those that are still ours under the generation given with them, and gives them back: from
    /// now on a completion of theirs counts as stale.
    @discardableResult
    func letGo(_ assignments: [TopicPartition: Generation]) -> [TopicPartition] {
        state.withLock { state in
            let gone = assignments.filter { state.generation(of: $0.key) == $0.value }.map(\.key)
            for partition in gone { state.forget(partition) }
            state.book.close(gone)
            return gone
        }
    }

    // MARK: Records

    /// Enters records in the order of the log; gives back, for each, the generation under which it is to be worked on,
    /// or nil for one that is not ours to take.
    func begin(_ records: [KafkaRecord]) -> [Generation?] {
        state.withLock { state in
            records.map { record in
                guard let generation = state.taking[record.partition] else { return nil }
                if state.book.generation(of: record.partition) != generation {
                    state.book.assign(record.partition, generation: generation, next: record.offset)
                }
                let beginning = state.book.begin(record.partition, generation, offset: record.offset)
                return beginning == .begun ? generation : nil
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

    /// The positions that moved since the last call, each with its assignment.
    func takeCommits() -> [TopicPartition: OwedCommit] {
        state.withLock { state in
            var commits: [TopicPartition: OwedCommit] = [:]
            for (partition, commit) in state.book.owedCommits() {
                guard let generation = state.book.generation(of: partition) else { continue }
                state.book.committed(partition, generation, commit)
                commits[partition] = OwedCommit(generation: generation, position: commit.position)
            }
            return commits
        }
    }
}
