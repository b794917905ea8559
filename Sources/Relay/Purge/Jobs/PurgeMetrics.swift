import Observability
import Synchronization

/// What is counted of purges; jobs by state and the quota are asked for at each exposition (`PurgeDesk.snapshot`).
final class PurgeMetrics: Sendable {
    /// What a poll brought.
    enum Poll: String, CaseIterable {
        case answered
        case failed
    }

    private let registry: MetricsRegistry
    private let outcomes: Mutex<[String: Counter]> = Mutex([:])
    private let polls: [Poll: Counter]
    private let deliveries: (delivered: Counter, failed: Counter)
    private let uncertainSubmissions: Counter
    private let unknownStatuses: Counter
    private let recordsPurged: Counter
    private let durations: Histogram

    init(registry: MetricsRegistry) {
        self.registry = registry
        polls = Dictionary(
            uniqueKeysWithValues: Poll.allCases.map { poll in
                (
                    poll,
                    registry.makeCounter(
                        name: "contact_relay_purge_polls_total", help: "Questions after running purges, by result.",
                        labels: ["result": poll.rawValue])
                )
            })
        func delivery(_ result: String) -> Counter {
            registry.makeCounter(
                name: "contact_relay_purge_webhook_tries_total", help: "Tries to deliver a webhook, by result.",
                labels: ["result": result])
        }
        deliveries = (delivery("delivered"), delivery("failed"))
        uncertainSubmissions = registry.makeCounter(
            name: "contact_relay_purge_uncertain_submissions_total",
            help: "Submissions of which nobody knows whether the API took them.")
        unknownStatuses = registry.makeCounter(
            name: "contact_relay_purge_unknown_statuses_total", help: "Statuses of purges that are not known.")
        recordsPurged = registry.makeCounter(
            name: "contact_relay_purge_records_total", help: "Records that the API says it has purged.")
        durations = registry.makeHistogram(
            name: "contact_relay_purge_duration_seconds",
            help: "From a purge's acceptance to its end, in Genesys Cloud or before.", labels: [:],
            bounds: [1, 10, 60, 300, 900, 3600, 14_400, 86_400, 604_800])
    }

    /// A step is in the log.
    func committed(_ step: PurgeStep) {
        for publication in step.publications {
            let status = publication.outcome.status.rawValue
            let counter = outcomes.withLock { outcomes in
                let counter =
                    outcomes[status]
                    ?? registry.makeCounter(
                        name: "contact_relay_purge_outcomes_total",
                        help: "Outcomes of purge requests and of persons' words on them, by status.",
                        labels: ["status": status])
                outcomes[status] = counter
                return counter
            }
            counter.increment(by: 1)
        }
        guard let job = step.job, job.phase == .ended, let final = step.publications.first?.outcome else { return }
        durations.record(final.duration)
        if let count = job.recordsPurged, count > 0 { recordsPurged.increment(by: Int(clamping: count)) }
    }

    func polled(_ result: Poll) { polls[result]?.increment(by: 1) }

    func sent(_ result: WebhookResult) {
        if case .delivered = result {
            deliveries.delivered.increment(by: 1)
        } else {
            deliveries.failed.increment(by: 1)
        }
    }

    func uncertain() { uncertainSubmissions.increment(by: 1) }

    func sawUnknownStatus() { unknownStatuses.increment(by: 1) }

    /// Outcomes so far, by status.
    var outcomesByStatus: [String: Int] { outcomes.withLock { $0.mapValues { Int($0.value) } } }
}
