/// What a follower's threads share.
final class FollowerCore: Sendable {
    struct Caller: Sendable {
        var caughtUp: @Sendable () -> Void
        var body: @Sendable ([KafkaRecord]) -> Void
        var continuation: CheckedContinuation<KafkaError, Never>
    }

    enum Command: Sendable {
        case follow(String, id: Int, Caller)
        case cancel(id: Int)
        case looked(ReaderCalls.Found, id: Int)
        case measured(StateReads.Measured, TopicPartition, id: Int)
        case close
    }

    /// Reads committed records, so the ends that it is told are last stable offsets.
    let handle: ClientHandle
    let commands: CommandBox<Command>
    let lookInterval: Duration
    let onError: @Sendable (KafkaError) -> Void
    private let calls: ReaderCalls
    private let lanes = BlockingLanes("kafka-follow-ask")
    private let threadEnded = Latch()
    private let ended = Latch()
    private let users = UseCount()

    init(
        settings: KafkaClientSettings, lookInterval: Duration, observer: KafkaObserver,
        onError: @escaping @Sendable (KafkaError) -> Void
    ) throws(KafkaError) {
        handle = try ClientHandle(
            readerWith: settings,
            adding: Self.properties(forLibrary: KafkaLibrary.versionNumber),
            context: ClientContext(observer: observer, onError: onError))
        self.lookInterval = lookInterval
        self.onError = onError
        calls = ReaderCalls(handle: handle, milliseconds: 3_000)
        commands = CommandBox(waking: handle)
    }

    private static func properties(forLibrary version: Int32) -> [(name: String, value: String)] {
        // It waits most of its life: no more often than librdkafka asks by default.
        let all = ReaderProperty.all(forLibrary: version) + [(name: "fetch.wait.max.ms", value: "500")]
        // With much less, versions before 2.2.0 wait between fetches: a million records took 12 s instead of 5, where 2.16
        // needs 1 s either way. Of each partition; beside its bytes a record has some hundred of librdkafka's own.
        guard version >= 0x0202_0000 else { return all }
        return all + [
            (name: "queued.max.messages.kbytes", value: "4096"), (name: "queued.min.messages", value: "20000"),
        ]
    }

    /// Once, before anything is followed.
    func start() throws(KafkaError) {
        do {
            try OwnThread.start("kafka-follow") { self.run() }
        } catch {
            handle.destroy()
            throw error
        }
    }

    private func run() {
        var loop = FollowerLoop(core: self)
        loop.run()
        for case .follow(_, _, let caller) in commands.close() { caller.continuation.resume(returning: .closed) }
        threadEnded.open()
    }

    func look(for topic: String, id: Int) {
        lanes.submit(0) { [self] in
            commands.post(.looked(calls.look(for: topic), id: id))
        }
    }

    func measure(_ partition: TopicPartition, id: Int, afterMilliseconds delay: Int) {
        lanes.submit(Int(partition.partition), afterMilliseconds: delay) { [self] in
            commands.post(.measured(calls.measure(partition), partition, id: id))
        }
    }

    func close() async {
        guard users.close() else { return await ended.wait() }
        commands.post(.close)
        await threadEnded.wait()
        lanes.finish { [self] in
            handle.destroy()
            ended.open()
        }
        await ended.wait()
    }
}
