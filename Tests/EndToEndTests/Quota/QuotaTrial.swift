import JSON
import KafkaClient
import ProcessSupport
import Testing

/// Workers and an API that counts, each a process of its own, and a story of many contacts that each come once or twice:
/// nearly every event costs its two requests.
struct QuotaTrial {
    let scenario: Scenario
    let sandbox: SandboxProcess
    let outcomes: TopicReader
    private(set) var narrator: Narrator

    /// - Parameters:
    ///   - requestsPerMinute: What the API allows; 0 is everything.
    ///   - options: More of the sandbox's.
    static func with(
        requestsPerMinute: Int = 0, _ options: [String] = [], partitions: Int32 = 4, seed: UInt64,
        _ body: (inout QuotaTrial) async throws -> Void
    ) async throws {
        try await SandboxProcess.running(requestsPerMinute: requestsPerMinute, options) { sandbox in
            try await Scenario.with(partitions: partitions) { scenario in
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    let story = Story(steppedFor: scenario.changes, contacts: 1_000_000, malformed: 0, seed: seed)
                    var trial = QuotaTrial(
                        scenario: scenario, sandbox: sandbox, outcomes: outcomes,
                        narrator: Narrator(story, in: scenario))
                    try await body(&trial)
                }
            }
        }
    }

    /// The configuration of a worker.
    func environment(_ more: [String: String] = [:]) -> [String: String] {
        ["RELAY_GENESYS_API_URL": sandbox.url, "RELAY_GENESYS_AUTH_URL": sandbox.url].merging(more) { $1 }
    }

    mutating func tell(_ count: Int) async throws { try await narrator.tell(count) }

    /// What the API counts during `duration`.
    func span(_ duration: Duration) async throws -> QuotaSpan {
        try await span { try await ContinuousClock().sleep(for: duration) }
    }

    /// What the API counts while `body` runs.
    func span(_ body: () async throws -> Void) async throws -> QuotaSpan {
        let start = try await sandbox.statistics()
        try await body()
        return QuotaSpan(start: start, end: try await sandbox.statistics())
    }

    /// Waits until each event is dealt with; then each must have its one outcome, none a dead letter, in the order of its
    /// key, the API must hold what the story makes of it, and nobody may have called who had been told to wait.
    func judge(
        _ title: String, within limit: Duration = .seconds(100), log: @autoclosure () async -> String
    ) async throws {
        let verdict = narrator.verdict
        do {
            try await eventually("everything is committed", within: limit) { try await verdict.isCommitted() }
        } catch {
            print("\(title): \(outcomes.count) outcomes of \(narrator.story.events.count) events")
            throw error
        }
        let records = try await outcomes.allRecords()
        let letters = try await TopicReader.reading(scenario.deadLetters, in: scenario) { try await $0.allRecords() }
        let state = try await sandbox.state()
        let repeats = try verdict.repeats(records)
        let count = try await sandbox.statistics()
        let complaints = [
            // A call whose answer was lost may have done its work: what the next one finds differs.
            ("outcomes", try verdict.wrongOutcomes(records, mayDiffer: true)),
            ("repeated outcomes", repeats == 0 ? [] : ["\(repeats)"]),
            ("order", try verdict.disorder(records)),
            ("dead letters", letters.map { "\($0.headers.filter { $0.name.hasPrefix("relay-dlq-") })" }),
            (
                "state",
                verdict.wrongState(
                    organizations: state["organizations"]?.elements ?? [], contacts: state["contacts"]?.elements ?? [])
            ),
            ("calls in a closed gate", count.ignoring == 0 ? [] : ["\(count.ignoring)"]),
        ].filter { !$0.1.isEmpty }
        for (what, wrong) in complaints {
            Issue.record("\(title): \(what): \(wrong.count) wrong: \(wrong.prefix(3))")
        }
        if !complaints.isEmpty { print(await log()) }
        print(
            """
            \(title): \(records.count) outcomes, \(letters.count) dead letters, \(count.calls) calls, \
            \(count.refused) answered 429, \(count.ignoring) in a closed gate, \(count.tokenRequests) token requests, \
            \(count.mostTokenRequestsAtOnce) at once
            """)
    }
}
