import KafkaClient
import Seams

/// A cluster of one broker: logs, a group coordinator and a transaction coordinator, over a network with latency that
/// can be down for a while.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedBroker: @unchecked Sendable {
    struct Settings {
        var latency: ClosedRange<Double> = 0.2...4
        /// One message in so many takes up to a second.
        var slowMessages = 200
        /// One transactional call in so many is answered with an error, 0 for none.
        var transactionFaults = 0
        var sessionTimeout = Duration.seconds(10)
        var rebalanceTimeout = Duration.seconds(60)
        var transactionTimeout = Duration.seconds(10)
        /// The largest value that the dead letters take.
        var largestDeadLetter = 1_000_000
    }

    let scheduler: Scheduler
    let settings: Settings
    let history: History
    let checks: Checks
    private(set) var group: GroupCoordinator!
    private(set) var transactions: TransactionCoordinator!
    private var logs: [TopicPartition: PartitionLog] = [:]
    private var partitionCounts: [String: Int32] = [:]
    private var readers: [TopicPartition: [() -> Void]] = [:]
    private(set) var downUntil = Moment.start
    var missingTopics: Set<String> = []

    init(_ scheduler: Scheduler, _ settings: Settings, history: History, checks: Checks) {
        self.scheduler = scheduler
        self.settings = settings
        self.history = history
        self.checks = checks
        group = GroupCoordinator(broker: self)
        transactions = TransactionCoordinator(broker: self, checks: checks)
    }

    private var lastAssignment = 0

    /// A number that no other assignment of a partition has.
    func newAssignment() -> Int {
        lastAssignment += 1
        return lastAssignment
    }

    // MARK: Network

    func latency() -> Duration {
        scheduler.chance.once(in: settings.slowMessages)
            ? scheduler.chance.duration(4...1000) : scheduler.chance.duration(settings.latency)
    }

    /// Whether a request of this process gets nowhere.
    func isDown(for process: SimulatedProcess) -> Bool { scheduler.now < max(downUntil, process.cutOffUntil) }

    var isDown: Bool { scheduler.now < downUntil }

    func goDown(for duration: Duration) {
        downUntil = max(downUntil, scheduler.now + duration)
        history.note("broker", "is down for \(duration.wholeMilliseconds) ms")
        group.brokerWentDown(until: downUntil)
    }

    /// A client's request: `serve` runs at the broker, and again after a pause as long as it gives nil. The first try is
    /// on the wire and arrives whatever becomes of the client; what it tries again does not.
    func request<Value>(
        from process: SimulatedProcess, _ serve: @escaping () -> Value?, then: @escaping (Value) -> Void
    ) {
        scheduler.after(latency()) { [self] in
            if !isDown(for: process), let value = serve() {
                scheduler.after(latency(), process) { then(value) }
            } else {
                scheduler.after(scheduler.chance.duration(50...400), process) { [self] in
                    request(from: process, serve, then: then)
                }
            }
        }
    }

    /// The same for a task that waits.
    func call<Value>(
        from process: SimulatedProcess, buried: Value, _ serve: @escaping () -> Value?
    ) async -> Value {
        await process.reply(buried: buried) { reply in
            request(from: process, serve) { reply.give($0) }
        }
    }

    // MARK: Topics

    func makeTopic(_ name: String, partitions: Int32) {
        partitionCounts[name] = partitions
        for number in 0..<partitions { logs[TopicPartition(name, number)] = PartitionLog() }
    }

    func partitions(of topic: String) -> [TopicPartition] {
        (0..<(partitionCounts[topic] ?? 0)).map { TopicPartition(topic, $0) }
    }

    func log(_ partition: TopicPartition) -> PartitionLog? { logs[partition] }

    /// All committed records of a partition.
    func records(of partition: TopicPartition) -> [KafkaRecord] {
        log(partition)?.read(from: 0, limit: .max).records ?? []
    }

    /// Where a record goes: by its key, with a hash that only has to be the same always.
    func partition(for record: ProducerRecord) -> TopicPartition? {
        guard !missingTopics.contains(record.topic), let count = partitionCounts[record.topic] else { return nil }
        if let number = record.partition { return number < count ? TopicPartition(record.topic, number) : nil }
        return TopicPartition(record.topic, Self.hash(record.key ?? []) % count)
    }

    func isTooLarge(_ record: ProducerRecord) -> Bool {
        World.deadLettersTopics.contains(record.topic) && record.value?.count ?? 0 > settings.largestDeadLetter
    }

    static func hash(_ key: [UInt8]) -> Int32 {
        var hash: UInt32 = 2_166_136_261
        for byte in key { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int32((hash ^ hash >> 15) & 0x7FFF_FFFF)
    }

    @discardableResult
    func append(_ record: ProducerRecord, to partition: TopicPartition, transaction: Int?) -> Int64 {
        let time = (scheduler.now - .start).wholeMilliseconds
        let offset = logs[partition]?.append(record, to: partition, at: time, transaction) ?? -1
        scheduler.mix(UInt64(offset))
        wakeReaders(of: partition)
        return offset
    }

    func mark(_ partition: TopicPartition, _ transaction: Int?, isCommit: Bool) {
        logs[partition]?.mark(transaction, isCommit: isCommit)
        wakeReaders(of: partition)
    }

    /// Runs `body` when something more may be readable.
    func onChange(of partition: TopicPartition, _ body: @escaping () -> Void) {
        readers[partition, default: []].append(body)
    }

    /// Forgets who waits for what, and with it whatever that holds.
    func clear() {
        readers = [:]
        group.clear()
    }

    private func wakeReaders(of partition: TopicPartition) {
        guard let waiting = readers.removeValue(forKey: partition) else { return }
        for body in waiting { body() }
    }
}

extension TopicPartition {
    /// For a history: those of the purge requests are told from the others.
    var words: String { (topic == PurgeStory.topic ? "p" : "") + String(partition) }
}
