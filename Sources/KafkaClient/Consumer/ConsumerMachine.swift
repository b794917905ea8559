/// What a group member has, what it may fetch, and which rebalance waits for whom: pure, driven by the poll thread.
///
/// The assign and unassign calls are made neither in librdkafka's callback nor at once: an assignment waits for its
/// committed offsets, a revocation for its acknowledgement, while the poll goes on. librdkafka holds the group's
/// protocol back until the call has been made, so at most one rebalance is pending. An assignment that is lost while
/// its revocation waits stays as it is until the acknowledgement: the commits in between fail, which is right.
struct ConsumerMachine {
    enum Action: Equatable {
        case readCommitted([TopicPartition], id: Int)
        case assign([TopicPartition: Start])
        case unassign([TopicPartition])
        case pause([TopicPartition])
        case resume([TopicPartition])
        case tellAssigned([AssignedPartition])
        case tellRevoked([TopicPartition], id: Int)
        case tellLost([TopicPartition])
        case measureLostRange(TopicPartition, position: Int64)
    }

    enum Start: Equatable {
        case offset(Int64)
        case earliest
        case latest
    }

    private struct Held {
        /// The next record to come; nil before the first one of a partition without a committed offset.
        var position: Int64?
        var isPaused = false
        var isStanding = false
        var isSeeking = false
        var isRevoked = false

        /// Whether its records are wanted: a paused partition's still come, they were fetched before.
        var takesRecords: Bool { !isStanding && !isSeeking && !isRevoked }
    }

    private enum Phase {
        case steady
        case preparing([TopicPartition], id: Int)
        case revoking([TopicPartition], id: Int)
    }

    private let start: Start
    private var phase = Phase.steady
    private var held: [TopicPartition: Held] = [:]
    /// What librdkafka has been told to pause. It cannot be asked, and in versions before 2.4.0 resuming what is not
    /// paused could jump back.
    private var stopped: Set<TopicPartition> = []
    private var isFull = false
    private var isClosing = false
    /// Whether the caller knows of the partitions that it has.
    private var isAnnounced = true
    private var lastID = 0

    init(startPosition: KafkaSubscription.StartPosition) {
        start = startPosition == .earliest ? .earliest : .latest
    }

    /// Whether no rebalance waits for an assign or unassign call.
    var isSteady: Bool {
        if case .steady = phase { true } else { false }
    }

    var partitions: [TopicPartition] { held.keys.sorted() }

    /// Whether the answer to this `readCommitted` is still waited for.
    func isPreparing(_ id: Int) -> Bool {
        if case .preparing(_, id) = phase { true } else { false }
    }

    /// Whether the partition is ours, not asked back, and stands still because the log no longer holds its position.
    func stands(_ partition: TopicPartition) -> Bool {
        held[partition].map { $0.isStanding && !$0.isRevoked } ?? false
    }

    mutating func rebalanced(_ rebalance: Rebalance) -> [Action] {
        switch rebalance {
        case .assign(let partitions):
            lastID += 1
            phase = .preparing(partitions, id: lastID)
            if isClosing { return abandonPreparation() }
            return partitions.isEmpty ? prepared([:], id: lastID) : [.readCommitted(partitions, id: lastID)]
        case .revoke(let partitions, isLost: true):
            return [.tellLost(partitions)] + letGo(of: partitions)
        case .revoke(let partitions, isLost: false):
            guard !partitions.isEmpty, isAnnounced else { return letGo(of: partitions) }
            lastID += 1
            phase = .revoking(partitions, id: lastID)
            for partition in partitions { held[partition]?.isRevoked = true }
            // librdkafka has stopped fetching by itself, until it hears the unassign call.
            return [.tellRevoked(partitions, id: lastID)]
        case .failed:
            let all = partitions
            return (all.isEmpty ? [] : [.tellLost(all)]) + letGo(of: all)
        }
    }

    /// The answer to `readCommitted`; late ones are passed over.
    mutating func prepared(_ committed: [TopicPartition: CommittedOffset], id: Int) -> [Action] {
        guard case .preparing(let partitions, id) = phase else { return [] }
        phase = .steady
        var starts: [TopicPartition: Start] = [:]
        for partition in partitions {
            let position = committed[partition]?.offset
            starts[partition] = position.map(Start.offset) ?? start
            held[partition] = Held(position: position)
        }
        isAnnounced = true
        // A member that gets nothing has joined all the same, and must be able to say so; to one that has partitions an
        // empty addition is no news.
        let news = partitions.sorted().map { AssignedPartition($0, committed: committed[$0]) }
        let isNews = !partitions.isEmpty || held.isEmpty
        return [.assign(starts)] + reconcile() + (isNews ? [.tellAssigned(news)] : [])
    }

    mutating func acknowledged(id: Int) -> [Action] {
        guard case .revoking(let partitions, id) = phase else { return [] }
        return letGo(of: partitions)
    }

    mutating func pause(_ partitions: [TopicPartition]) -> [Action] {
        for partition in partitions { held[partition]?.isPaused = true }
        return reconcile()
    }

    mutating func resume(_ partitions: [TopicPartition]) -> [Action] {
        for partition in partitions { held[partition]?.isPaused = false }
        return reconcile()
    }

    /// Whether the caller has more events waiting than it should.
    mutating func filled(_ isFull: Bool) -> [Action] {
        guard self.isFull != isFull else { return [] }
        self.isFull = isFull
        return reconcile()
    }

    /// Whether a record is for the caller; remembers the position.
    mutating func takes(_ partition: TopicPartition, offset: Int64) -> Bool {
        guard !isClosing, let index = held.index(forKey: partition), held.values[index].takesRecords else {
            return false
        }
        held.values[index].position = offset + 1
        return true
    }

    /// The broker does not hold the partition's position, and librdkafka has stopped fetching.
    mutating func outOfRange(_ partition: TopicPartition, at offset: Int64) -> [Action] {
        guard let state = held[partition], state.takesRecords, !isClosing else { return [] }
        held[partition]?.isStanding = true
        return reconcile() + [.measureLostRange(partition, position: state.position ?? offset)]
    }

    mutating func seekBegan(_ partitions: [TopicPartition]) {
        for partition in partitions { held[partition]?.isSeeking = true }
    }

    /// - Parameter positions: of those that moved.
    mutating func seekEnded(_ partitions: [TopicPartition], positions: [TopicPartition: CommittedOffset]) {
        for partition in partitions { held[partition]?.isSeeking = false }
        for (partition, place) in positions {
            // A logical place, such as the log's start, is known by its first record.
            held[partition]?.position = place.offset >= 0 ? place.offset : nil
        }
    }

    /// No records from now on. A revocation still waits for its acknowledgement, an assignment for nothing.
    mutating func close() -> [Action] {
        isClosing = true
        return abandonPreparation()
    }

    /// Nobody acknowledges: lets go of what is revoked.
    mutating func giveUp() -> [Action] {
        guard case .revoking(let partitions, _) = phase else { return [] }
        return letGo(of: partitions)
    }

    /// librdkafka must hear an assign call before it lets the member leave; the caller never hears of it.
    private mutating func abandonPreparation() -> [Action] {
        guard case .preparing(let partitions, _) = phase else { return [] }
        phase = .steady
        if held.isEmpty { isAnnounced = false }
        for partition in partitions { held[partition] = Held(isStanding: true) }
        return [.assign(Dictionary(partitions.map { ($0, start) }) { first, _ in first })] + reconcile()
    }

    private mutating func letGo(of partitions: [TopicPartition]) -> [Action] {
        phase = .steady
        for partition in partitions { held[partition] = nil }
        // librdkafka keeps its mark of a pause when a partition goes, and would never fetch it when it comes back. To
        // resume it now fetches nothing: the rebalance holds it.
        let marked = stopped.intersection(partitions).sorted()
        stopped.subtract(marked)
        return (marked.isEmpty ? [] : [.resume(marked)]) + [.unassign(partitions)]
    }

    /// Tells librdkafka what changed between what is paused and what should be.
    private mutating func reconcile() -> [Action] {
        var toPause: [TopicPartition] = []
        var toResume: [TopicPartition] = []
        for (partition, state) in held {
            let shouldStop = isFull || state.isPaused || state.isStanding
            if shouldStop, stopped.insert(partition).inserted { toPause.append(partition) }
            if !shouldStop, stopped.remove(partition) != nil { toResume.append(partition) }
        }
        return (toPause.isEmpty ? [] : [.pause(toPause.sorted())])
            + (toResume.isEmpty ? [] : [.resume(toResume.sorted())])
    }
}
