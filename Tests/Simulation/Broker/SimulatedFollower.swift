import KafkaClient

/// Follows a topic of one partition as `KafkaFollowing` says.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedFollower: KafkaFollowing, @unchecked Sendable {
    private let process: SimulatedProcess
    private let broker: SimulatedBroker

    init(process: SimulatedProcess, broker: SimulatedBroker) {
        self.process = process
        self.broker = broker
    }

    func follow(
        _ topic: String, caughtUp: @escaping @Sendable () -> Void, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let partition = TopicPartition(topic, 0)
        let end = await broker.call(from: process, buried: 0) { [broker] in
            broker.log(partition)?.lastStableOffset ?? 0
        }
        var position: Int64 = 0
        var isWhole = false
        while true {
            guard process.isInWorld else { throw .closed }
            if Task.isCancelled { throw KafkaError(code: "_STATE", message: "cancelled") }
            if !isWhole, position >= end {
                isWhole = true
                caughtUp()
            }
            await change(of: partition, after: position)
            let from = position
            let (records, next) = await broker.call(from: process, buried: ([], from)) { [broker] in
                broker.log(partition)?.read(from: from, limit: 5)
            }
            guard process.isInWorld else { throw .closed }
            if !records.isEmpty { body(records) }
            position = next
        }
    }

    /// Waits until there is more to read, or something else has happened.
    private func change(of partition: TopicPartition, after position: Int64) async {
        let place = CancellationPlace<Void>()
        await withTaskCancellationHandler {
            await process.reply(buried: ()) { reply in
                if place.hold(reply) || broker.log(partition).map({ $0.lastStableOffset > position }) == true {
                    return reply.give(())
                }
                broker.onChange(of: partition) { [broker, process] in
                    broker.scheduler.after(broker.latency(), process) { reply.give(()) }
                }
            }
        } onCancel: {
            place.cancel(giving: ())
        }
    }

    func close() async {}
}
