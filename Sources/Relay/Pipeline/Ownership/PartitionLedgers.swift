import KafkaClient
import Seams
import Synchronization
import WorkerPool

/// The assigned partitions: which of them take records, what is finished in each, and what a commit may say: the lock
/// around `PartitionLedger`.
///
/// A partition is *taking* from its assignment to its revocation, *draining* until it is let go, and then nobody's.
/// Whoever ends an assignment names its generation, so that a late end never meets a newer assignment.
final class PartitionLedgers: Sendable {
    private struct State {
        var pages: [TopicPartition: PartitionLedger] = [:]
        var rewound: Set<TopicPartition> = []
        var latest = 0
        var staleCount = 0
    }

    private let state = Mutex(State())

    /// The partitions that are ours, in order, whether taking or draining.
    var assigned: [TopicPartition] { state.withLock { $0.pages.keys.sorted() } }

    /// What each ledger holds; a partition without a record and without a committed offset has none.
    var snapshot: [TopicPartition: LedgerSnapshot] { state.withLock { $0.pages.compactMapValues(\.snapshot) } }

    /// How far each partition is that takes records, and whether it has work.
    var sights: [TopicPartition: ProgressState.Sight] {
        state.withLock { $0.pages.filter { $0.value.phase == .taking }.mapValues(\.sight) }
    }

    /// How many completions came from an assignment that was over.
    var staleCount: Int { state.withLock { $0.staleCount } }

    /// Those that are ours under these generations: what may be committed.
    func ours(of assignments: [TopicPartition: Generation]) -> Set<TopicPartition> {
        state.withLock { state in
            Set(assignments.filter { state.pages[$0.key]?.generation == $0.value }.keys)
        }
    }

    /// Whether work of this assignment may still write.
    func mayWrite(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        state.withLock { state in
            guard let page = state.pages[partition], page.generation == generation else { return false }
            return page.withdrawnUntil == nil
        }
    }

    // MARK: Assignments

    /// Takes partitions on, under a generation that their records must carry.
    ///
    /// - Returns: The generation, and why the committed metadata of some partitions is not used, for the log.
    func assign(_ partitions: [AssignedPartition]) -> (Generation, [TopicPartition: String]) {
        state.withLock { state in
            state.latest += 1
            let generation = Generation(state.latest)
            var ignored: [TopicPartition: String] = [:]
            for assigned in partitions {
                var page = PartitionLedger(generation: generation)
                if let committed = assigned.committed { ignored[assigned.partition] = page.open(at: committed) }
                state.pages[assigned.partition] = page
            }
            return (generation, ignored)
        }
    }

    /// Whether this assignment takes records and new steps: it is ours, and nobody wants it back.
    func isTaking(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        state.withLock { state in
            guard let page = state.pages[partition], page.generation == generation else { return false }
            return page.phase == .taking
        }
    }

    /// Whether nothing says yet where this assignment stands in its log.
    func hasNoPosition(_ partition: TopicPartition, _ generation: Generation) -> Bool {
        state.withLock { state in
            guard let page = state.pages[partition], page.generation == generation else { return false }
            return page.commit == nil
        }
    }

    /// Says where an assignment begins of which nothing was committed, unless its first record has said so meanwhile.
    func open(_ partition: TopicPartition, _ generation: Generation, at offset: Int64) {
        state.withLock { state in
            guard state.pages[partition]?.generation == generation, state.pages[partition]?.commit == nil else {
                return
            }
            _ = state.pages[partition]?.open(at: CommittedOffset(offset))
        }
    }

    /// Takes no more records of these partitions; what was taken may still finish. Gives back those that are ours,
    /// whether they were taking or draining already.
    func drain(_ partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        state.withLock { state in
            var leaving: [TopicPartition: Generation] = [:]
            for partition in partitions {
                guard let page = state.pages[partition] else { continue }
                if page.phase == .taking { state.pages[partition]?.phase = .draining }
                leaving[partition] = page.generation
            }
            return leaving
        }
    }

    /// From now on work of these assignments writes nothing more; what it has done can still be committed.
    ///
    /// - Parameter last: Until when what is on the wire is awaited. What was said first holds.
    func withdraw(_ assignments: [TopicPartition: Generation], until last: Moment) {
        state.withLock { state in
            for (partition, generation) in assignments {
                guard let page = state.pages[partition], page.generation == generation, page.withdrawnUntil == nil
                else { continue }
                state.pages[partition]?.phase = .withdrawn(until: last)
            }
        }
    }

    /// Until when what is on the wire is awaited, if all of these assignments are withdrawn or over; else nil.
    func withdrawal(of assignments: [TopicPartition: Generation]) -> Moment? {
        state.withLock { state in
            var last = Moment.start
            for (partition, generation) in assignments {
                guard let page = state.pages[partition], page.generation == generation else { continue }
                guard let moment = page.withdrawnUntil else { return nil }
                last = max(last, moment)
            }
            return last
        }
    }

    /// Those of the partitions that are ours, each with its assignment.
    func assignments(of partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        state.withLock { state in
            var assignments: [TopicPartition: Generation] = [:]
            for partition in partitions { assignments[partition] = state.pages[partition]?.generation }
            return assignments
        }
    }

    /// Closes the ledgers of those that are still ours under the generation given with them, and gives them back: from
    /// now on a completion of theirs counts as stale.
    @discardableResult
    func letGo(_ assignments: [TopicPartition: Generation]) -> [TopicPartition] {
        state.withLock { state in
            let gone = assignments.filter { state.pages[$0.key]?.generation == $0.value }.keys.sorted()
            for partition in gone { state.pages[partition] = nil }
            return gone
        }
    }

    // MARK: Records

    /// Enters records in the order of the log; gives back, for each, the generation under which it is to be worked on,
    /// or nil for one that is not ours to take, or that a former owner has finished.
    func begin(_ records: [KafkaRecord]) -> [Generation?] {
        state.withLock { state in
            records.map { record in
                guard let begun = state.pages[record.partition]?.begin(record.offset) else { return nil }
                if case .refused = begun.beginning, state.pages[record.partition]?.noteRewound() == true {
                    state.rewound.insert(record.partition)
                }
                return begun.generation
            }
        }
    }

    /// Partitions whose records came from before where reading was, told once for each assignment.
    func takeRewound() -> [TopicPartition] {
        state.withLock { state in
            defer { state.rewound = [] }
            return state.rewound.sorted()
        }
    }

    // MARK: Commits

    /// What of these settlements can go into the next commit, in their order, and what that commit says.
    ///
    /// - Parameter all: Whether the commit also names partitions of which nothing is admitted, with what was committed of
    ///   them already.
    func plan(_ entries: [SettlementQueue.Entry], withAll all: Bool) -> CommitPlan {
        state.withLock { state in
            var plan = CommitPlan()
            // On copies: the ledgers themselves move when the commit has succeeded.
            var pages: [TopicPartition: PartitionLedger] = all ? state.pages : [:]
            var heldLanes: [TopicPartition: Set<LaneKey>] = [:]
            for entry in entries {
                let settlement = entry.settlement
                guard let page = state.pages[settlement.partition], page.generation == settlement.generation else {
                    state.staleCount += 1
                    plan.stale.append(entry)
                    continue
                }
                if let lane = settlement.lane, heldLanes[settlement.partition]?.contains(lane) == true {
                    plan.held.append(entry)
                    continue
                }
                guard let offset = settlement.offset else {
                    // Without a position there is nothing that a commit could say; it comes before any work does.
                    if page.hasRoomForStep {
                        if pages[settlement.partition] == nil { pages[settlement.partition] = page }
                        plan.stepped.insert(settlement.partition)
                        plan.admitted.append(entry)
                    } else {
                        plan.held.append(entry)
                    }
                    continue
                }
                // In place, so that a ledger is copied once for a plan and not for each entry.
                switch pages[settlement.partition, default: page].finishIfFits(offset) {
                case .finished: plan.admitted.append(entry)
                case .doesNotFit:
                    plan.held.append(entry)
                    if let lane = settlement.lane { heldLanes[settlement.partition, default: []].insert(lane) }
                case .unknown: plan.stale.append(entry)
                }
            }
            for (partition, page) in pages {
                guard let offset = page.commit else { continue }
                plan.offsets[partition] = offset
                plan.assignments[partition] = page.generation
            }
            return plan
        }
    }

    /// Marks records as done whose outcomes and offsets are in the log.
    func finish(_ settlements: [Settlement]) {
        state.withLock { state in
            for settlement in settlements {
                guard state.pages[settlement.partition]?.generation == settlement.generation else { continue }
                if let offset = settlement.offset { state.pages[settlement.partition]?.finish(offset) }
            }
        }
    }
}
