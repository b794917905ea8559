/// What a state reader's threads share.
final class StateReaderCore: Sendable {
    struct Caller: Sendable {
        var body: @Sendable ([KafkaRecord]) -> Void
        var continuation: CheckedContinuation<KafkaError?, Never>
    }

    enum Command: Sendable {
        case read(TopicPartition, id: Int, Caller)
        case cancel(id: Int)
        case measured(StateReads.Measured, TopicPartition, id: Int)
        case close
    }

    /// How many ends are asked for at once: where one broker does not answer, the others' are not kept waiting for long.
    private static let laneCount = 8

    /// Reads committed records.
    let handle: ClientHandle
    let commands: CommandBox<Command>
    let onError: @Sendable (KafkaError) -> Void
    private let calls: StateReaderCalls
    private let service: ServiceThread
    private let lanes: [BlockingCalls]
    private let threadEnded = Latch()
    private let ended = Latch()
    private let users = UseCount()

    init(
        settings: KafkaClientSettings, observer: KafkaObserver, onError: @escaping @Sendable (KafkaError) -> Void
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            readerWith: settings, adding: Self.properties(forLibrary: KafkaLibrary.versionNumber),
            context: ClientContext(observer: observer, onError: onError))
        let uncommitted: ClientHandle
        do {
            uncommitted = try ClientHandle(
                readerWith: settings, adding: [(name: "isolation.level", value: "read_uncommitted")],
                context: ClientContext(observer: observer, onError: onError))
        } catch {
            handle.destroy()
            throw error
        }
        let service: ServiceThread
        do {
            service = try ServiceThread("kafka-state-end", polling: uncommitted)
        } catch {
            uncommitted.destroy()
            handle.destroy()
            throw error
        }
        self.handle = handle
        self.service = service
        self.onError = onError
        calls = StateReaderCalls(handle: uncommitted, milliseconds: 3_000)
        commands = CommandBox(waking: handle)
        lanes = (0..<Self.laneCount).map { BlockingCalls("kafka-state-end-\($0)") }
    }

    /// Once, before anything is read.
    func start() throws(KafkaError) {
        try OwnThread.start("kafka-state") { self.run() }
    }

    private static func properties(forLibrary version: Int32) -> [(name: String, value: String)] {
        let all = [
            (name: "enable.partition.eof", value: "true"),
            // Retention may move the log's start while it is read: what is gone is no state.
            (name: "auto.offset.reset", value: "earliest"),
            // From the leader alone: another replica may not have everything yet.
            (name: "client.rack", value: ""),
            // At the end of one partition another's records should not wait.
            (name: "fetch.wait.max.ms", value: "100"),
            // Of each partition, and many are read at once; with much less, versions before 2.2.0 wait between fetches.
            (name: "queued.max.messages.kbytes", value: "16384"),
        ]
        // After a full queue fetching rests for as long; before 2.2.0 it did not.
        return version < 0x0202_0000 ? all : all + [(name: "fetch.queue.backoff.ms", value: "10")]
    }

    private func run() {
        var loop = StateReaderLoop(core: self)
        loop.run()
        for case .read(_, _, let caller) in commands.close() { caller.continuation.resume(returning: .closed) }
        threadEnded.open()
    }

    func measure(_ partition: TopicPartition, id: Int, afterMilliseconds delay: Int) {
        lanes[id % lanes.count].submit(after: delay) { [self] in
            commands.post(.measured(calls.measure(partition), partition, id: id))
        }
    }

    func close() async {
        guard users.close() else { return await ended.wait() }
        commands.post(.close)
        await threadEnded.wait()
        await service.stop()
        finish(lane: 0)
        await ended.wait()
    }

    /// After the calls under way, so that none uses a freed client.
    private func finish(lane: Int) {
        lanes[lane].finish { [self] in
            if lane + 1 < lanes.count { return finish(lane: lane + 1) }
            calls.handle.destroy()
            handle.destroy()
            ended.open()
        }
    }
}
