import KafkaClient
import Observability
import Synchronization

/// What the pipeline counts.
final class PipelineMetrics: Sendable {
    private let registry: MetricsRegistry
    private let topic: String
    private let records: Counter
    private let deadLetters: Counter
    private let keyMismatches: Counter
    private let durations: Histogram
    private let outcomes: Mutex<[String: Counter]> = Mutex([:])

    init(registry: MetricsRegistry, topic: String) {
        self.registry = registry
        self.topic = topic
        records = registry.makeCounter(
            name: "contact_relay_records_total", help: "Records taken from the input topic.", labels: ["topic": topic])
        deadLetters = registry.makeCounter(
            name: "contact_relay_dead_letters_total", help: "Dead letters acknowledged by their topic.",
            labels: ["topic": topic])
        keyMismatches = registry.makeCounter(
            name: "contact_relay_key_mismatches_total",
            help: "Records whose key is not the external id of their event: their order across partitions is not kept.",
            labels: ["topic": topic])
        durations = registry.makeHistogram(
            name: "contact_relay_change_duration_seconds",
            help: "From a change's first attempt to its verdict, waiting included.", labels: [:],
            bounds: Histogram.requestBounds)
    }

    func took(_ count: Int) { records.increment(by: count) }

    func sawKeyMismatch() { keyMismatches.increment() }

    func settled(after duration: Duration) { durations.record(duration) }

    /// Counts outcomes that their topic has acknowledged.
    func wrote(_ settlements: [Settlement]) {
        var counts: [String: Int] = [:]
        var letters = 0
        for settlement in settlements where settlement.partition.topic == topic {
            counts[settlement.status, default: 0] += 1
            if settlement.isDeadLetter { letters += 1 }
        }
        if letters > 0 { deadLetters.increment(by: letters) }
        outcomes.withLock { outcomes in
            for (status, count) in counts {
                let counter =
                    outcomes[status]
                    ?? registry.makeCounter(
                        name: "contact_relay_outcomes_total", help: "Outcomes acknowledged by their topic.",
                        labels: ["topic": topic, "status": status])
                outcomes[status] = counter
                counter.increment(by: count)
            }
        }
    }

    /// Outcomes by status, as counted so far.
    var outcomesByStatus: [String: Int] {
        outcomes.withLock { $0.mapValues { Int($0.value) } }
    }
}
