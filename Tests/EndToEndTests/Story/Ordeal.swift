import JSON
import KafkaClient
import Sandbox
import Seams
import Testing

/// Judges what a fleet left behind that was disturbed while it worked on a stepped story: exactly one outcome of each
/// record, the right state, and the order of each key.
struct Ordeal {
    let verdict: Verdict
    let outcomes: [KafkaRecord]
    let letters: [KafkaRecord]
    private let calls: [LoggedCall]

    init(_ verdict: Verdict, outcomes: [KafkaRecord], letters: [KafkaRecord]) throws {
        self.verdict = verdict
        self.outcomes = outcomes
        self.letters = letters
        calls = verdict.scenario.sandbox.requests()
    }

    /// Waits until all is committed, while the fleet is tended, and reads what is there then.
    static func over(
        _ narrator: Narrator, _ outcomes: TopicReader, _ fleet: Fleet, within limit: Duration = .seconds(120)
    ) async throws -> Ordeal {
        let verdict = narrator.verdict
        do {
            try await eventually("everything is committed", within: limit) {
                try await fleet.tend()
                // The coordinator may be away yet.
                return (try? await verdict.isCommitted()) == true
            }
        } catch {
            let scenario = verdict.scenario
            print("committed: \((try? await scenario.committed()) ?? [:]), the ends: \(verdict.ends)")
            throw error
        }
        let records = try await outcomes.allRecords()
        let letters = try await TopicReader.reading(verdict.scenario.deadLetters, in: verdict.scenario) {
            try await $0.allRecords()
        }
        return try Ordeal(verdict, outcomes: records, letters: letters)
    }

    /// When each good event's outcome was written, by resource and step.
    private func outcomesBySteps() throws -> [String: [Int: WallTime]] {
        try verdict.timesOfOutcomes(outcomes).reduce(into: [:]) { times, next in
            let event = verdict.story.events[next.key]
            if event.fate != .rejected { times[event.externalID, default: [:]][event.step] = next.value }
        }
    }

    /// For each partition of the input the longest time without an outcome since `start`, up to its last one.
    func longestIdle(since start: WallTime) throws -> [Int32: Duration] {
        let times = try verdict.timesByPartition(outcomes)
        return times.mapValues { times in
            let later = [start] + times.filter { $0 > start }.sorted()
            let longest = zip(later, later.dropFirst()).map { $1.milliseconds - $0.milliseconds }.max() ?? 0
            return .milliseconds(longest)
        }
    }

    /// Looks at everything; what is wrong is an issue of the test, and the figures are printed.
    ///
    /// - Parameter onTheWire: How many late writes may be put down to replicas that stood still: a call that was past the
    ///   last look at whether it may be made. What these changed is no fault of the state.
    func judge(
        _ title: String, fleet: Fleet, started: ContinuousClock.Instant, onTheWire: Int = 0, more: String = ""
    ) async throws {
        let history = WriteHistory(calls)
        let late = history.late(after: try outcomesBySteps())
        let order = history.order(disturbances: await fleet.disturbances)
        let excused = onTheWire > 0 ? Set(late.map(\.name)) : []
        let created = verdict.story.events.count { $0.fate == .created }
        let creations = calls.count { $0.method == "POST" && $0.sent != nil && $0.status == 201 }
        let repeats = try verdict.repeats(outcomes)
        let complaints = [
            ("outcomes", try verdict.wrongOutcomes(outcomes, mayDiffer: true)),
            ("repeated outcomes", repeats == 0 ? [] : ["\(repeats)"]),
            ("order of outcomes", try verdict.disorder(outcomes)),
            ("dead letters", verdict.wrongDeadLetters(letters, repeats: 0)),
            ("state", verdict.wrongState().filter { line in !excused.contains { line.hasPrefix("\($0):") } }),
            ("order of writes", order.wrong),
            (
                "writes of what was committed",
                late.count <= onTheWire ? [] : late.map { "\($0.name): step \($0.write.step) at \($0.write.time)" }
            ),
            ("creations", creations == created ? [] : ["\(creations) for \(created) resources"]),
            ("replicas", await fleet.faults),
        ].filter { !$0.1.isEmpty }
        for (what, wrong) in complaints {
            Issue.record("\(title): \(what): \(wrong.count) wrong: \(wrong.prefix(5))")
        }
        if !complaints.isEmpty { print(await fleet.keepLogs()) }

        let refusals = calls.filter { $0.status >= 400 }.map { "\($0.time) \($0.method) \($0.target): \($0.status)" }
        let selfEnded = await fleet.selfEnded
        let apiCalls = verdict.scenario.sandbox.statistics.calls
        print(
            """
            \(title): \(verdict.story.events.count) events, \(await fleet.kills) kills, \(apiCalls) API calls, \
            \(apiCalls - (try verdict.requestsTold(outcomes))) of them told by no outcome, \(history.count) writes, \
            \(history.repeated) of them repeated, \(order.returns) returns of a key, \(late.count) late writes, \
            \(refusals.count) refusals, \(selfEnded.count) replicas ended by themselves, \
            \(Int((ContinuousClock.now - started).inSeconds)) s\(more)
            """)
        for words in Set(selfEnded).sorted().prefix(5) + refusals.prefix(5) { print("  \(words)") }
    }
}
