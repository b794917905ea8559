import GenesysCloud
import JSON
import KafkaClient
import Observability
import Relay
import Seams
import WorkerPool

/// What the worker says about itself, in each of the admin server's forms.
struct WorkerReport: Sendable {
    let pipeline: Pipeline
    let api: GenesysClient
    let health: HealthBoard
    let registry: MetricsRegistry
    let time: any TimeSource

    var isReady: Bool { health.isReady }

    var metrics: String { registry.exposition }

    /// `{"ready":…,"faults":[{"cause","message"}]}`.
    var readiness: JSONValue {
        let faults = health.faults.map { (cause: $0.key.description, message: $0.value) }.sorted { $0.cause < $1.cause }
        return .object([
            ("ready", .bool(faults.isEmpty)),
            ("faults", .array(faults.map { ["cause": .string($0.cause), "message": .string($0.message)] })),
        ])
    }

    /// Everything, for `/status`.
    var status: JSONValue {
        let pipeline = pipeline.status
        let now = time.now
        let pool = pipeline.pool
        let parked = pool.parkedLanes.reduce(into: [String: Int]()) { $0[$1.key.kind, default: 0] += $1.value }
        var document = readiness
        document.set("time", to: .string(time.wallTime.description))
        document.set("pausedBecause", to: .array(pipeline.pausedBecause.map { .string($0) }))
        document.set(
            "partitions",
            to: .array(
                pipeline.partitions.map { partition in
                    let ledger = pipeline.ledgers[partition]
                    return .object([
                        ("topic", .string(partition.topic)), ("partition", .number(Int(partition.partition))),
                        ("unfinished", .number(ledger?.unfinishedCount ?? 0)),
                        ("oldestUnfinished", ledger?.oldestUnfinished.map { .number($0) } ?? .null),
                        ("commitPosition", ledger.map { .number($0.commitPosition) } ?? .null),
                        ("lastFinished", ledger?.lastFinished.map { .number($0) } ?? .null),
                        (
                            "pausedBecause",
                            .array((pipeline.partitionsPausedBecause[partition] ?? []).map { .string($0) })
                        ),
                        ("stalledBecause", pipeline.stalls[partition].map { .string($0) } ?? .null),
                    ])
                }))
        document.set(
            "pool",
            to: .object([
                ("running", .number(pool.running)), ("limit", .number(pool.limit)),
                ("readyLanes", .number(pool.readyLanes)), ("buffered", .number(pool.buffered)),
                ("parked", .number(pool.parked)), ("parkedLanes", Self.counts(parked)),
                ("longestReadyMs", pool.longestReadySince.map { .number((now - $0).wholeMilliseconds) } ?? .null),
            ]))
        document.set("outcomes", to: Self.counts(pipeline.outcomes))
        if let purges = pipeline.purges { document.set("purges", to: Self.purges(purges)) }
        document.set("outcomesWaiting", to: .number(pipeline.backlog))
        document.set("circuit", to: Self.circuit(pipeline.circuit, at: now))
        document.set("api", to: Self.api(api.snapshot, share: pipeline.share))
        return document
    }

    private static func purges(_ purges: PurgeSnapshot) -> JSONValue {
        .object([
            ("jobs", counts(purges.jobs)), ("waiting", counts(purges.waiting)),
            ("webhooksWaiting", .number(purges.messages)),
            ("quotaRemaining", purges.quotaRemaining.map { .number($0) } ?? .null),
            ("outcomes", counts(purges.outcomes)),
            ("softDeletedRecords", purges.marks.map { counts($0) } ?? .null),
        ])
    }

    static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
    }
}
