import KafkaClient
import Observability
import Seams
import Synchronization
import WorkerPool

/// Reads the compacted state of partitions that are assigned, before their work starts.
final class Restorer: Sendable {
    private let states: [any PartitionState]
    private let reader: (any KafkaStateReading)?
    private let restorations: Restorations
    private let settlePosition: @Sendable (TopicPartition, Generation) async -> Void
    private let finished: @Sendable (TopicPartition) -> Void
    private let failed: @Sendable () -> Void
    private let firstFault = Mutex<KafkaError?>(nil)
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger

    /// - Parameters:
    ///   - reader: Nil where there is no state to read.
    ///   - settlePosition: Called with a partition whose state has been read, before its work starts.
    ///   - finished: Called with a partition whose state has been read, while it is still ours.
    ///   - failed: Called when a state can never be read; `fault` says why.
    init(
        states: [any PartitionState], reader: (any KafkaStateReading)?, restorations: Restorations,
        time: any TimeSource, random: any RandomSource, health: HealthBoard, logger: Logger,
        settlePosition: @escaping @Sendable (TopicPartition, Generation) async -> Void = { _, _ in },
        finished: @escaping @Sendable (TopicPartition) -> Void, failed: @escaping @Sendable () -> Void
    ) {
        self.states = reader == nil ? [] : states
        self.reader = reader
        self.restorations = restorations
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        self.settlePosition = settlePosition
        self.finished = finished
        self.failed = failed
    }

    /// Why a state can never be read; nil mostly.
    var fault: KafkaError? { firstFault.withLock { $0 } }

    /// Partitions were assigned; gives back what is to be run for those that have state, at once and side by side.
    func begin(
        _ partitions: [TopicPartition], _ generation: Generation
    ) -> [TopicPartition: @Sendable () async -> Void] {
        guard let reader else { return [:] }
        var readings: [TopicPartition: @Sendable () async -> Void] = [:]
        for partition in partitions {
            let states = states(of: partition)
            guard !states.isEmpty else { continue }
            let end = restorations.begin(partition, generation)
            for state in states { state.begin(partition) }
            readings[partition] = {
                await end.unless(.drain) { await self.restore(partition, generation, with: reader) }
            }
        }
        return readings
    }

    private func states(of partition: TopicPartition) -> [any PartitionState] {
        states.filter { $0.inputTopic == partition.topic }
    }

    /// Their assignment ends: what is being read for them is given up.
    func cancel(_ partitions: [TopicPartition]) {
        restorations.cancel(partitions)
        for partition in partitions { health.clear(.restoring(partition.description)) }
    }

    /// They are no longer ours.
    func drop(_ partitions: [TopicPartition]) {
        for partition in partitions {
            for state in states(of: partition) { state.drop(partition) }
        }
        restorations.drop(partitions)
    }

    private func restore(
        _ partition: TopicPartition, _ generation: Generation, with reader: any KafkaStateReading
    ) async {
        let began = time.now
        for state in states(of: partition) {
            guard await read(state, of: partition, generation, with: reader) else { return }
        }
        await settlePosition(partition, generation)
        guard restorations.finish(partition, generation) else { return }
        health.clear(.restoring(partition.description))
        logger.debug(
            "the state of a partition is read",
            ["partition": "\(partition)", "tookMs": "\((time.now - began).wholeMilliseconds)"])
        finished(partition)
    }

    /// False when it was given up.
    private func read(
        _ state: any PartitionState, of partition: TopicPartition, _ generation: Generation,
        with reader: any KafkaStateReading
    ) async -> Bool {
        let source = TopicPartition(state.topic, partition.partition)
        var pause = RetryPause()
        while !Task.isCancelled {
            do throws(KafkaError) {
                try await reader.read(source) { [restorations] records in
                    // What is given up may still hand something over when a newer assignment is read already.
                    guard restorations.isUnderWay(partition, generation) else { return }
                    state.restore(records, to: partition)
                }
                return !Task.isCancelled
            } catch {
                if Task.isCancelled { return false }
                health.report(
                    .restoring(partition.description), "\(source) cannot be read: \(error.code); its work waits")
                // Looked at afterwards: who gives up clears what was reported before.
                guard restorations.isUnderWay(partition, generation) else {
                    health.clear(.restoring(partition.description))
                    return false
                }
                logger.error(
                    "the state of a partition cannot be read: its work waits",
                    ["partition": "\(source)", "fault": error.description])
                if error.endsWorker {
                    firstFault.withLock { $0 = $0 ?? error }
                    failed()
                    return false
                }
                pause.grow(at: time.now, random: random)
                if let end = pause.end { try? await time.sleep(until: end) }
            }
        }
        return false
    }
}
