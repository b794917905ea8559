import KafkaClient
import Observability
import Seams
import Synchronization
import WorkerPool

/// Notices that a partition is assigned, has work and does not get on, and says why.
final class ProgressWatch: Sendable {
    private static let interval = Duration.seconds(10)
    private static let limit = Duration.seconds(60)

    private let state = Mutex(ProgressState(limit: ProgressWatch.limit))
    private let consumer: any KafkaConsuming
    private let ledgers: PartitionLedgers
    private let pool: WorkerPool<LaneKey, WorkItem>
    private let maxInFlight: Int
    private let purges: PurgeDesk?
    private let flow: FlowControl
    private let time: any TimeSource
    private let logger: Logger

    init(
        consumer: any KafkaConsuming, ledgers: PartitionLedgers, pool: WorkerPool<LaneKey, WorkItem>,
        maxInFlight: Int, purges: PurgeDesk?, flow: FlowControl, time: any TimeSource, logger: Logger
    ) {
        self.consumer = consumer
        self.ledgers = ledgers
        self.pool = pool
        self.maxInFlight = maxInFlight
        self.purges = purges
        self.flow = flow
        self.time = time
        self.logger = logger
    }

    /// Why partitions stand still that should not.
    var stalls: [TopicPartition: String] { state.withLock { $0.stalls } }

    /// Looks now and then, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await time.sleep(for: Self.interval)
            look()
        }
    }

    private func look() {
        var sights = ledgers.sights
        for partition in sights.keys { sights[partition]?.logEnd = consumer.logEnd(of: partition) }
        let now = time.now
        let news = state.withLock { $0.look(at: sights, now: now, why: why) }
        for item in news {
            switch item {
            case .stalled(let partition, let duration, let reason):
                logger.warning(
                    "a partition is assigned and does not get on",
                    ["partition": "\(partition)", "forMs": "\(duration.wholeMilliseconds)", "because": reason])
            case .goesOn(let partition, let duration):
                logger.notice(
                    "a partition gets on again",
                    ["partition": "\(partition)", "afterMs": "\(duration.wholeMilliseconds)"])
            }
        }
    }

    /// Where the quota lets fewer lanes work than there are tasks: that it does.
    private var room: String {
        let limit = pool.snapshot.limit
        guard limit < maxInFlight else { return "" }
        return "; the quota has room for \(limit) at once"
    }

    /// The nearest cause, from what holds up all to what holds up one record.
    private func why(_ partition: TopicPartition) -> String {
        let causes = flow.causes.map(\.rawValue).sorted()
        if !causes.isEmpty { return "intake is paused: \(causes.joined(separator: ", "))" }
        let own = (flow.partitionCauses[partition] ?? []).map(\.rawValue).sorted()
        guard let oldest = ledgers.snapshot[partition]?.oldestUnfinished else {
            return own.isEmpty
                ? "the log grows, and no record comes; an open or aborted transaction of its producers would look so too"
                : "the partition is paused: \(own.joined(separator: ", "))"
        }
        let place =
            partition.topic == purges?.topic
            ? purges?.place(of: oldest, in: partition)
            : pool.place { $0.partition == partition && $0.record.offset == oldest }
        switch place {
        case .inHand: return "record \(oldest) is with the API, or waits for its place within the quota"
        case .waiting: return "record \(oldest) waits for a free task, or behind another of its lane\(room)"
        case .parked(let reason): return "record \(oldest) is parked: \(reason.kind)"
        case nil: return "record \(oldest) is settled and waits to be written"
        }
    }
}
