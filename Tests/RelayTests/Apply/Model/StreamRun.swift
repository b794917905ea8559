import GenesysCloud
import JSON
import Synchronization
import TestSupport

@testable import Relay

/// Takes one stream to its end, through faults and restarts, and notes where it differs from the model.
struct StreamRun {
    private let seed: UInt64
    private let random: SeededRandom
    private var stream: EventStream
    private var bench: ApplierBench
    private let faults: FaultSource
    private(set) var differences: [String] = []
    private var trace: [String] = []
    private(set) var eventCount = 0
    /// By lane: a deletion that is done and whose outcome is not committed yet.
    private var uncommitted: [Int: Uncommitted] = [:]

    private struct Uncommitted {
        var deletion: AppliedChange
        /// What the model had buried before.
        var buried: [String: String]?
    }

    init(seed: UInt64, faultRate: Int) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        stream = EventStream(random, mixesSources: faultRate == 0)
        bench = ApplierBench(stream.directory)
        faults = FaultSource(random: random, rate: faultRate)
        faults.attach(to: bench.api)
    }

    /// All differences, with what led to them.
    var report: String {
        "seed \(seed): " + differences.joined(separator: "; ") + "\n" + trace.joined(separator: "\n")
    }

    mutating func run() async {
        var idleTurns = 0
        while differences.isEmpty {
            let open = stream.lanes.indices.filter { !stream.lanes[$0].isDone }
            guard !open.isEmpty else { break }
            if random.below(25) == 0, faults.isOn { restart() }
            if random.below(25) == 0 { handOver() }
            let place = open[random.below(open.count)]
            let before = stream.lanes[place].position
            await turn(place)
            idleTurns = stream.lanes[place].position > before ? 0 : idleTurns + 1
            // Nobody goes on: whoever waits for an organization has waited long enough.
            if idleTurns > 60 {
                faults.isOn = false
                idleTurns = 0
                for place in open where !stream.lanes[place].isDone { await giveUp(place) }
            }
        }
        compare("in the end")
    }

    // MARK: Steps

    private mutating func turn(_ place: Int) async {
        let lane = stream.lanes[place]
        var length = min(1 + random.below(6), lane.events.count - lane.position)
        // An organization's deletion whose answer is lost can, done again, meet contacts that came meanwhile, and be
        // refused: what it carried would then be applied to an organization made anew. With faults it goes alone.
        if lane.type == .organization, !faults.isQuiet {
            let run = lane.events[lane.position..<(lane.position + length)]
            length = max(run.firstIndex { $0.change.verb == .deleted }.map { $0 - lane.position } ?? length, 1)
        }
        var changes = Array(lane.events[lane.position..<(lane.position + length)])
        changes[0] = changes[0].tried(lane.attempts)
        let faultsBefore = bench.api.faultCount
        if random.below(12) == 0 { faults.crashSoon() }
        let result = await bench.applier.apply(changes)
        let wasFault = bench.api.faultCount != faultsBefore
        if wasFault { stream.withLane(place) { $0.doubtfulEnd = max($0.doubtfulEnd, lane.position + length) } }
        settle(place, result.settled)
        if let interruption = result.interruption {
            let isAttempt = interruption.fault.map { $0.nature == nil || $0.nature == .failure } ?? false
            stream.withLane(place) { $0.attempts += isAttempt ? 1 : 0 }
            trace.append("  interrupted: \(result.interruptionWord ?? "")")
            if case .cancelled = interruption { restart() }
        }
    }

    private mutating func settle(_ place: Int, _ settled: [AppliedChange]) {
        guard !settled.isEmpty else { return }
        let end = stream.lanes[place].position + settled.count
        commit(place)
        if random.below(10) == 0 { bench.compact() }
        for applied in settled {
            let isLast = stream.lanes[place].position + 1 == end
            let lane = stream.lanes[place]
            let isClean = lane.position >= lane.doubtfulEnd
            let pending = lane.events[lane.position]
            let word = applied.word
            trace.append("\(lane.type) \(lane.name): \(pending.words) -> \(word)")
            eventCount += 1
            let before = stream.model.buried[lane.type]?[lane.name]
            // A conflict is either injected or the API's own: both have done nothing.
            if word == "rejected conflict" {
                let isTrue = pending.change.verb == .deleted ? isBound(lane.name) : !isClean
                if !isTrue { differences.append("\(pending.eventID): a conflict without a reason") }
            } else {
                let expected = stream.withModel { $0.apply(pending, about: lane.name) { _ in false } }
                if isClean, word != expected {
                    differences.append("\(pending.eventID): \(word) instead of \(expected)")
                }
            }
            if isLast, pending.change.verb == .deleted, word != "rejected conflict", random.below(2) == 0 {
                uncommitted[place] = Uncommitted(deletion: applied, buried: before)
            } else {
                bench.commit([applied])
            }
            stream.withLane(place) { $0.position += 1 }
        }
        stream.withLane(place) { $0.attempts = 0 }
        if faults.isQuiet { compare("after that") }
    }

    /// The head of the lane has waited too long: it ends as failed, without an effect.
    private mutating func giveUp(_ place: Int) async {
        let head = stream.lanes[place].events[stream.lanes[place].position]
        let result = await bench.applier.apply([head.tried(stream.lanes[place].attempts)])
        guard case .wait = result.interruption else {
            settle(place, result.settled)
            return
        }
        trace.append("\(head.words) -> failed organizationNotFound")
        commit(place)
        stream.withLane(place) {
            $0.position += 1
            $0.attempts = 0
        }
    }

    private mutating func commit(_ place: Int) {
        if let last = uncommitted.removeValue(forKey: place) { bench.commit([last.deletion]) }
    }

    /// What is not committed is done again.
    private mutating func takeBack() {
        for place in uncommitted.keys.sorted() {
            guard let last = uncommitted.removeValue(forKey: place) else { continue }
            let lane = stream.lanes[place]
            trace.append("  \(lane.name) goes back to \(lane.events[lane.position - 1].eventID)")
            stream.withModel { $0.unbury(lane.type, lane.name, backTo: last.buried) }
            stream.withLane(place) {
                $0.doubtfulEnd = max($0.doubtfulEnd, $0.position)
                $0.position -= 1
                $0.attempts = 0
            }
        }
    }

    /// The partition goes to another owner, who does nothing, and comes back.
    private mutating func handOver() {
        trace.append("  hand-over")
        takeBack()
        bench.handOver()
    }

    private mutating func restart() {
        trace.append("  restart")
        takeBack()
        bench.restart()
        faults.attach(to: bench.api)
        for lane in stream.lanes {
            guard let stored = bench.api.directory.find(lane.type, externalID: lane.name) else { continue }
            stream.withModel { $0.forgetMarks(beyond: stored, lane.type, lane.name) }
        }
    }

    // MARK: Comparing

    private func isBound(_ organization: String) -> Bool {
        guard let id = bench.api.directory.find(.organization, externalID: organization)?["id"]?.stringValue else {
            return false
        }
        return bench.api.directory.contacts.values.contains { $0["organizationId"]?.stringValue == id }
    }

    private mutating func compare(_ moment: String) {
        let directory = bench.api.directory
        for type in ResourceType.allCases {
            let expected = stream.model.resources[type] ?? [:]
            let actual = directory.all(type).values
            if actual.count != expected.count {
                differences.append(
                    "\(moment) \(actual.count) \(type)s instead of \(expected.count): \(actual.map(\.text))")
            }
            for (name, resource) in expected {
                guard let stored = directory.find(type, externalID: name) else {
                    differences.append("\(moment) \(type) \(name) is missing")
                    continue
                }
                var content = stored.content
                content.remove("externalId")
                content.remove("organizationId")
                if !ReservedMember.isSame(content, resource.content) {
                    differences.append("\(moment) \(name): \(content.text) instead of \(resource.content.text)")
                }
                let home = stored["organizationId"]?.stringValue.flatMap { directory[.organization, $0] }
                if home?["externalId"]?.stringValue != resource.organization {
                    differences.append("\(moment) \(name) is in \(home?.text ?? "none")")
                }
                if stored["metadata"]?["contactRelay"]?["migration"] != nil {
                    differences.append("\(moment) \(name) holds a migration's note")
                }
            }
        }
    }
}

extension PendingChange {
    fileprivate func tried(_ attempts: Int) -> PendingChange {
        PendingChange(
            change, eventID: eventID, source: source, eventType: eventType, sequence: sequence, partition: partition,
            recordKey: recordKey, earlierAttempts: attempts)
    }

    fileprivate var words: String {
        "\(eventID) \(change.verb) \(change.externalID == nil ? "by id" : "") \(change.patch?.text ?? "")"
            + " in \(change.organization.map { "\($0)" } ?? "-") #\(sequence ?? "-") \(source)"
    }
}
