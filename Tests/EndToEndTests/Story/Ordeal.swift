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
    let history: WriteHistory
    /// When each event's outcome was written, by the event's index.
    private let written: [Int: WallTime]

    init(_ verdict: Verdict, outcomes: [KafkaRecord], letters: [KafkaRecord]) throws {
        self.verdict = verdict
        self.outcomes = outcomes
        self.letters = letters
        history = WriteHistory(verdict.scenario.sandbox.requests())
        written = try verdict.timesOfOutcomes(outcomes)
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

    /// A write of an event whose outcome had been written before: its worker had no right to it any more. What the
    /// network or a kernel held while a replica stood still comes so late.
    struct LateWrite {
        var name: String
        var write: WriteHistory.Write
    }

    var lateWrites: [LateWrite] {
        let indices = indicesBySteps
        return history.writes.sorted { $0.key < $1.key }.flatMap { name, writes in
            writes.compactMap { write in
                guard let index = indices[name]?[write.step], let outcome = written[index],
                    // The two clocks are one, cut to milliseconds at different moments.
                    write.time.milliseconds > outcome.milliseconds + 1
                else { return nil }
                return LateWrite(name: name, write: write)
            }
        }
    }

    /// The writes of a key go forward. They may go back once for each time that a replica was disturbed; not behind what
    /// was committed, which `lateWrites` shows.
    func wrongOrder(disturbances: [WallTime]) -> (wrong: [String], returns: Int) {
        var wrong: [String] = []
        var returns = 0
        for (name, writes) in history.writes.sorted(by: { $0.key < $1.key }) {
            var head = -1
            var lastReturn = WallTime(milliseconds: 0)
            for write in writes {
                if write.step <= head {
                    returns += 1
                    if !disturbances.contains(where: { $0 >= lastReturn && $0 <= write.time }) {
                        wrong.append(
                            "\(name): back from step \(head) to \(write.step) at \(write.time) without a cause since "
                                + "\(lastReturn)")
                    }
                    lastReturn = write.time
                }
                head = write.step
            }
        }
        return (wrong, returns)
    }

    private var indicesBySteps: [String: [Int: Int]] {
        verdict.story.events.indices.reduce(into: [:]) { indices, index in
            let event = verdict.story.events[index]
            if event.fate != .rejected { indices[event.externalID, default: [:]][event.step] = index }
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
    /// - Parameter onTheWire: How many late writes may be put down to a replica that stood still. What these changed is no
    ///   fault of the state.
    func judge(
        _ title: String, fleet: Fleet, started: ContinuousClock.Instant, onTheWire: Int = 0, more: String = ""
    ) async throws {
        let late = lateWrites
        let excused = onTheWire > 0 ? Set(late.map(\.name)) : []
        let order = wrongOrder(disturbances: await fleet.disturbances)
        let created = verdict.story.events.count { $0.fate == .created }
        let complaints = [
            ("outcomes", try verdict.wrongOutcomes(outcomes, mayDiffer: true)),
            ("repeated outcomes", try verdict.repeats(outcomes) == 0 ? [] : ["\(try verdict.repeats(outcomes))"]),
            ("order of outcomes", try verdict.disorder(outcomes)),
            ("dead letters", verdict.wrongDeadLetters(letters, repeats: 0)),
            ("state", verdict.wrongState().filter { line in !excused.contains { line.hasPrefix("\($0):") } }),
            ("order of writes", order.wrong),
            (
                "writes of what was committed",
                late.count <= onTheWire ? [] : late.map { "\($0.name): step \($0.write.step) at \($0.write.time)" }
            ),
            ("creations", history.creations == created ? [] : ["\(history.creations) for \(created) resources"]),
            ("replicas", await fleet.faults),
        ]
        var isWrong = false
        for (what, wrong) in complaints where !wrong.isEmpty {
            isWrong = true
            Issue.record("\(what): \(wrong.count) wrong: \(wrong.prefix(5))")
        }
        if isWrong { print(await fleet.logTails) }
        let selfEnded = await fleet.selfEnded
        print(
            """
            \(title): \(verdict.story.events.count) events, \(await fleet.kills) kills, \
            \(verdict.scenario.sandbox.statistics.calls) API calls, \(history.count) writes, \
            \(history.repeated) of them repeated, \(order.returns) returns of a key, \(late.count) late writes, \
            \(history.refusals.count) refusals, \(selfEnded.count) replicas ended by themselves, \
            \(Int((ContinuousClock.now - started).inSeconds)) s\(more)
            """)
        for words in Set(selfEnded).sorted().prefix(5) { print("  \(words)") }
        for refusal in history.refusals.prefix(5) { print("  \(refusal)") }
    }
}
