import JSON
import KafkaClient
import Sandbox
import Seams
import Testing

/// Purges under way at a fleet that is disturbed: tells the requests, gives a person's word on those that are held, and
/// judges what is left behind.
struct PurgeOrdeal {
    private(set) var story: PurgeStory
    private var places: [ProducedRecord] = []
    private let outcomes: TopicReader
    private let fleet: Fleet
    private let receiver: WebhookReceiver
    private let scenario: Scenario

    /// Of the purges that were ever held every other one is left so, of those that were taken as of those that were not.
    private var isLeft: [Int: Bool] = [:]
    private var heldCounts = (taken: 0, notTaken: 0)
    /// The ids of the outcomes for which a word was given: a purge may be held once more.
    private var answered: Set<String> = []
    private var resolutions = (submitted: 0, resubmitted: 0)

    /// So many words are given with the program's own command, the others as events.
    private static let commands = 3

    init(
        _ story: PurgeStory, _ outcomes: TopicReader, _ fleet: Fleet, _ receiver: WebhookReceiver, _ scenario: Scenario
    ) {
        self.story = story
        self.outcomes = outcomes
        self.fleet = fleet
        self.receiver = receiver
        self.scenario = scenario
    }

    private var resolutionCount: Int { resolutions.submitted + resolutions.resubmitted }

    private func verdict() throws -> PurgeVerdict {
        PurgeVerdict(
            story.entries, at: places, try PurgeOutcomes(outcomes.records), jobs: scenario.sandbox.purges())
    }

    mutating func tell(_ count: Int) async throws {
        let added = story.tell(count, at: .system)
        places += try await scenario.produce(added.map(\.record))
    }

    /// Looks into the sandbox's ledger, as a person would, for half of what is held.
    mutating func resolve() async throws {
        let verdict = try verdict()
        for index in verdict.held {
            let name = story.entries[index].requestID
            let purgeID = verdict.jobs[name]?.first?.purgeID
            if isLeft[index] == nil {
                if purgeID == nil { heldCounts.notTaken += 1 } else { heldCounts.taken += 1 }
                isLeft[index] = (purgeID == nil ? heldCounts.notTaken : heldCounts.taken).isMultiple(of: 2)
            }
            guard isLeft[index] == false, let id = verdict.outcomes[places[index]].last?.id,
                answered.insert(id).inserted
            else { continue }
            if resolutionCount < Self.commands {
                let word = purgeID.map { ["--submitted", $0] } ?? ["--resubmit"]
                let (code, output) = try await RelayProcess.perform(
                    ["purge", "resolve", name, "--operator", "somebody"] + word, scenario.environment)
                #expect(code == 0, "\(output)")
            } else {
                _ = try await scenario.produce([PurgeStory.resolution(of: name, purgeID: purgeID, in: scenario)])
            }
            if purgeID == nil { resolutions.resubmitted += 1 } else { resolutions.submitted += 1 }
        }
    }

    /// Waits until each purge has ended or is left as held, each end is told, and all is committed.
    mutating func untilSettled(within limit: Duration) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            try await fleet.tend()
            try await resolve()
            let verdict = try verdict()
            let isTold = Set(receiver.deliveries.filter(\.isTaken).map(\.requestID))
            let untold = verdict.told.map { story.entries[$0].requestID }.filter { !isTold.contains($0) }
            let waiting = verdict.held.filter { isLeft[$0] != true }
            if verdict.open.isEmpty, waiting.isEmpty, untold.isEmpty, await isCommitted() {
                // The last of the deliveries may not be in the audit trail yet.
                if try await areWebhooksWritten() { return }
            }
            guard clock.now < deadline else {
                let names = verdict.open.map { index in
                    "\(story.entries[index].requestID): \(verdict.outcomes[places[index]].map(\.id))"
                }
                throw NeverHappened(
                    what: "settled; open: \(names.prefix(10)), to be resolved: \(waiting), not told: \(untold)",
                    limit: limit)
            }
            try await clock.sleep(for: .milliseconds(200))
        }
    }

    /// The coordinator may be away yet.
    private func isCommitted() async -> Bool {
        let committed = try? await scenario.committed(scenario.purgeRequests).values.reduce(0, +)
        return committed == Int64(places.count + resolutionCount)
    }

    private func areWebhooksWritten() async throws -> Bool {
        for slot in await fleet.slots {
            let waiting = try? await fleet.replica(slot)?.ask("/status").body["purges"]?["webhooksWaiting"]?.intValue
            if waiting != 0 { return false }
        }
        return true
    }

    /// Looks at everything when the fleet has ended; what is wrong is an issue of the test, and the figures are printed.
    func judge(_ title: String, started: ContinuousClock.Instant) async throws {
        // Before the readers below mark the ends of the topics.
        let (code, output) = try await RelayProcess.perform(["audit", "purges"], scenario.environment)
        let records = try await outcomes.allRecords()
        let verdict = PurgeVerdict(
            story.entries, at: places, try PurgeOutcomes(records), jobs: scenario.sandbox.purges())
        let letters = try await TopicReader.reading(scenario.purgeDeadLetters, in: scenario) {
            try await $0.allRecords()
        }
        let audits = try await TopicReader.reading(scenario.purgeAudit, in: scenario) { try await $0.allRecords() }
        let deliveries = receiver.deliveries
        let complaints = [
            ("submissions", verdict.wrongSubmissions()),
            ("outcomes", verdict.wrongOutcomes(resolutions: resolutionCount)),
            ("dead letters", verdict.wrongDeadLetters(letters)), ("audit trail", verdict.wrongAudits(audits)),
            ("audit purges", code == 0 ? [] : [output]), ("webhooks", verdict.wrongWebhooks(deliveries)),
            ("held", verdict.held.filter { isLeft[$0] != true }.map { story.entries[$0].requestID }),
            ("replicas", await fleet.faults),
        ].filter { !$0.1.isEmpty }
        for (what, wrong) in complaints {
            Issue.record("\(title): \(what): \(wrong.count) wrong: \(wrong.prefix(5))")
        }
        if !complaints.isEmpty { print(await fleet.keepLogs()) }

        let polls = scenario.sandbox.requests().count { $0.target.hasPrefix("/api/v2/purge/p-") }
        let told = Set(deliveries.map(\.requestID)).count
        let selfEnded = await fleet.selfEnded
        print(
            """
            \(title): \(story.requestCount) purges, \(story.entries.count - story.requestCount) other records, \
            \(await fleet.kills) kills, \(scenario.sandbox.purgeCount) jobs, \
            \(verdict.outcomes.count("completed")) completed, \(isLeft.count) were held, \
            \(resolutions.submitted) of them resolved as submitted and \(resolutions.resubmitted) to be submitted \
            again, \(verdict.held.count) left held, \(polls) polls, \(told) webhooks in \(deliveries.count) tries, \
            \(audits.count) audit records, \(selfEnded.count) replicas ended by themselves, \
            \(Int((ContinuousClock.now - started).inSeconds)) s
            """)
        for words in Set(selfEnded).sorted().prefix(5) { print("  \(words)") }
    }
}
