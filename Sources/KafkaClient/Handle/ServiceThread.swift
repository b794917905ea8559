internal import CRdKafka
internal import Synchronization

/// Polls a producer's main queue without end: delivery reports, errors, log and statistics come out there, and flush
/// and commit wait for them.
final class ServiceThread: Sendable {
    private let handle: ClientHandle
    private let polled: @Sendable () -> Void
    private let isStopping = Atomic(false)
    private let stopped = Latch()

    /// - Parameter polled: called after each poll, at least each second.
    init(_ name: String, polling handle: ClientHandle, polled: @escaping @Sendable () -> Void = {}) throws(KafkaError) {
        self.handle = handle
        self.polled = polled
        try OwnThread.start(name) { self.run() }
    }

    private func run() {
        while !isStopping.load(ordering: .acquiring) {
            rd_kafka_poll(handle.raw, 1_000)
            polled()
        }
        stopped.open()
    }

    /// Returns when the last poll has returned.
    func stop() async {
        isStopping.store(true, ordering: .releasing)
        handle.wake()
        await stopped.wait()
    }
}
