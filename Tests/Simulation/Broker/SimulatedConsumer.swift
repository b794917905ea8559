import KafkaClient
import Seams

/// A member of the simulated group: what `KafkaConsumer` and librdkafka are to the pipeline. What its threads do are
/// actions of its process, so they stop with it; see the extensions for the group and for fetching.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedConsumer: KafkaConsuming, @unchecked Sendable {
    struct Held {
        var position: Int64
        var isPaused = false
        var isFetching = false
        /// What is fetched under an older number is dropped.
        var version = 0
        let assignment: Int
        var logEnd: Int64?
    }

    /// What waits for an assign or unassign call; librdkafka holds the group's protocol back until then.
    enum Busy {
        case no
        case preparing
        case revoking(id: Int)
    }

    enum Rebalance {
        case revoke
        case lose
    }

    let process: SimulatedProcess
    let broker: SimulatedBroker
    let instance: String?
    private var mailbox: [KafkaConsumerEvent] = []
    private var waiting: Reply<[KafkaConsumerEvent]>?
    private var isFinished = false
    /// Events about partitions that came or were lost, and are not worked through.
    private var news = 0
    private var newsInHand = 0

    var memberID: String?
    var generation = -1
    var isJoining = false
    var held: [TopicPartition: Held] = [:]
    var busy = Busy.no
    var owed: Rebalance?
    /// When a heartbeat was answered last, and when one was sent.
    var lastHeartbeat = Moment.start
    var lastSent = Moment.start
    private var lastRevocation = 0
    var isClosing = false
    private var closers: [Reply<Void>] = []
    private var lastBeat: Moment
    private var stalls = 0

    init(process: SimulatedProcess, broker: SimulatedBroker, instance: String?) {
        self.process = process
        self.broker = broker
        self.instance = instance
        lastBeat = broker.scheduler.now
        lastHeartbeat = lastBeat
        beat()
        keepSession()
        join()
    }

    var scheduler: Scheduler { broker.scheduler }

    func newRevocation() -> Int {
        lastRevocation += 1
        return lastRevocation
    }

    // MARK: Events

    func nextEvents() async -> [KafkaConsumerEvent] {
        guard process.isInWorld else { return [] }
        news -= newsInHand
        newsInHand = 0
        if !mailbox.isEmpty || isFinished { return takeAll() }
        return await process.reply(buried: []) { waiting = $0 }
    }

    func tell(_ event: KafkaConsumerEvent) {
        switch event {
        case .assigned, .lost: news += 1
        default: break
        }
        mailbox.append(event)
        guard let waiter = waiting else { return }
        waiting = nil
        waiter.give(takeAll())
    }

    private func takeAll() -> [KafkaConsumerEvent] {
        defer { mailbox = [] }
        for event in mailbox {
            switch event {
            case .assigned, .lost: newsInHand += 1
            default: break
            }
        }
        return mailbox
    }

    // MARK: Offsets

    func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(KafkaError) {
        guard process.isInWorld, let memberID else { throw KafkaError(code: "_STATE", message: "no member") }
        let generation = generation
        let fault = await broker.call(from: process, buried: KafkaError?.some(.closed)) { [broker, process] in
            if let fault = broker.group.faultOfCommit(memberID, generation, isTransactional: false) {
                return KafkaError?.some(KafkaError(fault))
            }
            broker.history.note(
                process.name,
                "commits " + offsets.map { "\($0.key.words):\($0.value.offset)" }.sorted().joined(separator: " "))
            broker.checks.committed([], offsets, by: process.name)
            broker.group.apply(offsets)
            return KafkaError?.none
        }
        if let fault { throw fault }
    }

    func committed(
        _ partitions: [TopicPartition]
    ) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        await broker.call(from: process, buried: [:]) { [broker] in broker.stableOffsets(of: partitions) }
    }

    func partitionCount(of topic: String) async throws(KafkaError) -> Int {
        await broker.call(from: process, buried: 1) { [broker] in broker.partitions(of: topic).count }
    }

    /// Every log of the simulated broker is kept from its start, and read from there.
    func startOfReading(_ partition: TopicPartition) async throws(KafkaError) -> Int64 { 0 }

    func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata {
        guard process.isInWorld else { throw .closed }
        // A blocking call on another thread.
        await process.reply(buried: ()) { reply in
            scheduler.after(scheduler.chance.duration(0...0.2), process) { reply.give(()) }
        }
        guard process.isInWorld, let memberID, news == 0 else {
            throw KafkaError(code: "_STATE", message: "no place in the group", isRetriable: true, transaction: .abort)
        }
        return KafkaGroupMetadata(bytes: Array("\(generation) \(memberID)".utf8))
    }

    /// The place that the client has now, whether the caller knows of it or not.
    var presentPlace: KafkaGroupMetadata {
        KafkaGroupMetadata(bytes: Array("\(generation) \(memberID ?? "")".utf8))
    }

    // MARK: Pulse

    var pulse: PollPulse {
        guard process.isInWorld else { return PollPulse(age: .zero, stalls: 0) }
        return PollPulse(age: scheduler.now - lastBeat, stalls: stalls)
    }

    private func beat() {
        let now = scheduler.now
        if now - lastBeat > broker.settings.sessionTimeout / 2 { stalls += 1 }
        lastBeat = now
        if !isFinished { scheduler.after(.seconds(1), process) { self.beat() } }
    }

    func logEnd(of partition: TopicPartition) -> Int64? { held[partition]?.logEnd }

    // MARK: Close

    func close() async {
        await process.reply(buried: ()) { reply in
            if isFinished { return reply.give(()) }
            closers.append(reply)
            guard !isClosing else { return }
            isClosing = true
            scheduler.after(.seconds(30), process) { self.finish() }
            leaveIfFree()
        }
    }

    func finish() {
        guard !isFinished else { return }
        isFinished = true
        memberID = nil
        held = [:]
        for closer in closers { closer.give(()) }
        closers = []
        let waiter = waiting
        waiting = nil
        waiter?.give(takeAll())
    }

    var isDone: Bool { isFinished }
}

extension KafkaError {
    static var closed: KafkaError { KafkaError(code: "_DESTROY", message: "closed") }

    init(_ fault: GroupCoordinator.Fault) {
        switch fault {
        case .unknownMember: self.init(code: "UNKNOWN_MEMBER_ID", message: "unknown member", transaction: .abort)
        case .illegalGeneration: self.init(code: "ILLEGAL_GENERATION", message: "old generation", transaction: .abort)
        case .rebalanceInProgress:
            self.init(
                code: "REBALANCE_IN_PROGRESS", message: "rebalance in progress", isRetriable: true, transaction: .abort)
        }
    }
}
