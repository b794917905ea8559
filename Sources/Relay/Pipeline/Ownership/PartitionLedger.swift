import KafkaClient
import Seams
import WorkerPool

/// One assignment of a partition: where it stands between its beginning and its end, and what is finished of it.
struct PartitionLedger: Sendable {
    enum Phase: Sendable, Equatable {
        case taking
        case draining
        /// Nothing more may be written for it; what is on the wire is awaited until then.
        case withdrawn(until: Moment)
    }

    let generation: Generation
    var phase = Phase.taking
    /// Nil until something says where reading began: what was committed, or the first record.
    private var ledger: OffsetLedger?
    private var hasRead = false
    private var isRewound = false

    init(generation: Generation) {
        self.generation = generation
    }

    /// Begins where the former owner stopped, without what it finished beyond.
    ///
    /// - Returns: Why the metadata is not used; nil where it is.
    mutating func open(at committed: CommittedOffset) -> String? {
        do throws(CommitMapFault) {
            ledger = OffsetLedger(
                resuming: try CommitMap(
                    text: StepMark.unmarked(committed.metadata), position: committed.offset))
            return nil
        } catch {
            ledger = OffsetLedger(next: committed.offset)
            return error.description
        }
    }

    /// Until when what is on the wire is awaited; nil while more may be written.
    var withdrawnUntil: Moment? {
        if case .withdrawn(let moment) = phase { moment } else { nil }
    }

    /// Enters a record; the generation under which it is to be worked on, or nil when it is not. Nil as a whole once the
    /// partition takes no more.
    mutating func begin(_ offset: Int64) -> (beginning: OffsetLedger.Beginning, generation: Generation?)? {
        guard phase == .taking else { return nil }
        // Before what was committed reading begins only in a log that was made anew, when its loss is accepted: what was
        // committed says nothing about that log.
        if ledger.map({ !hasRead && offset < $0.end }) ?? true { ledger = OffsetLedger(next: offset) }
        hasRead = true
        return (ledger?.begin(offset)).map { ($0, $0 == .begun ? generation : nil) }
    }

    /// Notes that reading went back; true the first time.
    mutating func noteRewound() -> Bool {
        defer { isRewound = true }
        return !isRewound
    }

    /// On a copy: marks a record as done, if the map then still fits.
    mutating func finishIfFits(_ offset: Int64) -> OffsetLedger.Finishing {
        ledger?.finishIfFits(offset) ?? .unknown
    }

    /// Whether a commit can carry a step: it has a position, and room for the step's mark.
    var hasRoomForStep: Bool {
        commit.map { $0.metadata.utf8.count + StepMark.length <= CommitMap.maximumLength } ?? false
    }

    /// Marks a record as done.
    mutating func finish(_ offset: Int64) {
        _ = ledger?.finish(offset)
    }

    /// What a commit says; nil before the first record of a partition of which nothing was committed.
    var commit: CommittedOffset? {
        guard let commit = ledger?.commit, let metadata = commit.metadata else { return nil }
        return CommittedOffset(commit.position, metadata: metadata)
    }

    /// How far it is, for who watches that it gets on.
    var sight: ProgressState.Sight {
        ProgressState.Sight(
            mark: ProgressState.Mark(generation: generation, commit: commit, next: ledger?.end),
            hasWork: (ledger?.unfinishedCount ?? 0) > 0)
    }

    /// For status and metrics.
    var snapshot: LedgerSnapshot? {
        ledger.map { LedgerSnapshot(generation: generation, of: $0) }
    }
}
