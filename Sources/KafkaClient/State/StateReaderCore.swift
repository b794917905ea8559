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

    /// Reads committed records.
    let handle: ClientHandle
    let commands: CommandBox<Command>
    let onError: @Sendable (KafkaError) -> Void
    /// On a client of its own that reads uncommitted records, as the state's true end stands behind open transactions.
    private let calls: ReaderCalls
    private let service: ServiceThread
    private let lanes = BlockingLanes("kafka-state-end")
    private let threadEnded = Latch()
    private let ended = Latch()
    private let users = UseCount()

    init(
        settings: KafkaClientSettings, observer: KafkaObserver, onError: @escaping @Sendable (KafkaError) -> Void
    ) throws(KafkaError) {
        let handle = try ClientHandle(
            readerWith: settings, adding: ReaderProperty.all(forLibrary: KafkaLibrary.versionNumber),
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
        calls = ReaderCalls(handle: uncommitted, milliseconds: 3_000)
        commands = CommandBox(waking: handle)
    }

    /// Once, before anything is read.
    func start() throws(KafkaError) {
        try OwnThread.start("kafka-state") { self.run() }
    }

    private func run() {
        var loop = StateReaderLoop(core: self)
        loop.run()
        for case .read(_, _, let caller) in commands.close() { caller.continuation.resume(returning: .closed) }
        threadEnded.open()
    }

    func measure(_ partition: TopicPartition, id: Int, afterMilliseconds delay: Int) {
        lanes.submit(id, afterMilliseconds: delay) { [self] in
            commands.post(.measured(calls.measure(partition), partition, id: id))
        }
    }

    func close() async {
        guard users.close() else { return await ended.wait() }
        commands.post(.close)
        await threadEnded.wait()
        await service.stop()
        lanes.finish { [self] in
            calls.handle.destroy()
            handle.destroy()
            ended.open()
        }
        await ended.wait()
    }
}
