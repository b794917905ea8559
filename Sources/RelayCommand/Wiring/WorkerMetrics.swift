import GenesysCloud
import KafkaClient
import Observability
import Relay
import WorkerPool

/// The metrics that are asked for at each exposition; what happens is counted where it happens.
enum WorkerMetrics {
    static func register(
        in registry: MetricsRegistry, pipeline: Pipeline, api: GenesysClient, deletions: DeletionMemory,
        health: HealthBoard
    ) {
        registry.observeGauge(name: "contact_relay_ready", help: "1 while the worker is ready.") {
            health.isReady ? 1 : 0
        }
        registry.observeGauges(name: "contact_relay_paused", help: "1 for each reason for which intake is paused.") {
            pipeline.status.pausedBecause.map { (["reason": $0], 1) }
        }
        registry.observeGauge(
            name: "contact_relay_stalled_partitions", help: "Assigned partitions that have work and do not get on."
        ) { Double(pipeline.status.stalls.count) }
        registry.observeGauge(name: "contact_relay_pool_running", help: "Lanes in the hands of tasks.") {
            Double(pipeline.status.pool.running)
        }
        registry.observeGauge(name: "contact_relay_pool_limit", help: "The most lanes that may run at once now.") {
            Double(pipeline.status.pool.limit)
        }
        registry.observeGauge(name: "contact_relay_pool_buffered", help: "Records taken that are not parked.") {
            Double(pipeline.status.pool.buffered)
        }
        registry.observeGauges(name: "contact_relay_pool_parked_lanes", help: "Lanes that wait, by what they wait for.")
        {
            var lanes: [String: Int] = [:]
            for (reason, count) in pipeline.status.pool.parkedLanes { lanes[reason.kind, default: 0] += count }
            return lanes.sorted { $0.key < $1.key }.map { (["reason": $0.key], Double($0.value)) }
        }
        registry.observeGauge(
            name: "contact_relay_outcomes_waiting", help: "Outcomes that are not written and committed yet."
        ) { Double(pipeline.status.backlog) }
        registry.observeCounters(
            name: "contact_relay_stale_outcomes_total",
            help: "Outcomes that were dropped because the assignment of their partition was over."
        ) { [(Labels(), Double(pipeline.status.staleOutcomes))] }
        registry.observeGauge(name: "contact_relay_deletions", help: "Deletions that are remembered in memory.") {
            Double(deletions.snapshot.entries)
        }
        registry.observeCounters(
            name: "contact_relay_deletions_forgotten_total", help: "Deletions that had to make room for newer ones."
        ) { [(Labels(), Double(deletions.snapshot.forgotten))] }
        registry.observeGauges(
            name: "contact_relay_unfinished_records", help: "Records of a partition that have no outcome yet."
        ) {
            pipeline.status.ledgers.sorted { $0.key < $1.key }.map { partition, ledger in
                (
                    ["topic": partition.topic, "partition": String(partition.partition)],
                    Double(ledger.unfinishedCount)
                )
            }
        }
        if pipeline.status.purges != nil { registerPurges(in: registry, pipeline: pipeline) }
        registerAPI(in: registry, pipeline: pipeline, api: api)
    }

    private static func registerPurges(in registry: MetricsRegistry, pipeline: Pipeline) {
        @Sendable func gauges(_ counts: [String: Int]?, _ label: String) -> [(Labels, Double)] {
            (counts ?? [:]).sorted { $0.key < $1.key }.map { ([label: $0.key], Double($0.value)) }
        }
        registry.observeGauges(
            name: "contact_relay_purge_jobs", help: "Purges in the ledger of the assigned partitions, by phase."
        ) { gauges(pipeline.status.purges?.jobs, "phase") }
        registry.observeGauges(
            name: "contact_relay_purge_waiting", help: "Purges that wait, by what they wait for."
        ) { gauges(pipeline.status.purges?.waiting, "reason") }
        registry.observeGauge(
            name: "contact_relay_purge_webhooks_waiting", help: "Webhooks that are not delivered yet."
        ) { pipeline.status.purges.map { Double($0.messages) } }
        registry.observeGauge(
            name: "contact_relay_purge_quota_remaining",
            help: "What the API said last was left of the purge quota; absent where none is in force."
        ) { pipeline.status.purges?.quotaRemaining.map { Double($0) } }
        registry.observeGauge(
            name: "contact_relay_purge_success_ratio",
            help: "Completed purges among those that have ended since the start; absent before the first."
        ) {
            guard let outcomes = pipeline.status.purges?.outcomes else { return nil }
            let completed = outcomes["completed"] ?? 0
            let ended = completed + (outcomes["failed"] ?? 0)
            return ended == 0 ? nil : Double(completed) / Double(ended)
        }
        registry.observeGauges(
            name: "contact_relay_soft_deleted_records", help: "Soft-deleted records by type."
        ) { gauges(pipeline.status.purges?.marks, "type") }
    }
}
