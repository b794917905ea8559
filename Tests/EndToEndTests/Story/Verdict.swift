import JSON
import KafkaClient
import Sandbox
import Seams
import Testing

/// Compares what a worker left behind with the story it was told. Each check lists what is wrong; empty is right.
struct Verdict {
    let story: Story
    let scenario: Scenario
    /// The index of the event by the id of its outcome: `<topic>/<partition>/<offset>`.
    private let indices: [String: Int]
    let ends: [Int32: Int64]

    /// - Parameter produced: where each event of the story stands.
    init(_ story: Story, _ produced: [ProducedRecord], _ scenario: Scenario) {
        self.story = story
        self.scenario = scenario
        indices = Dictionary(
            uniqueKeysWithValues: produced.enumerated().map { ("\($1.partition)/\($1.offset)", $0) })
        ends = produced.reduce(into: [:]) {
            $0[$1.partition.partition] = max($0[$1.partition.partition] ?? 0, $1.offset + 1)
        }
    }

    // MARK: Outcomes

    /// Each event has an outcome, and its first one says what it should.
    ///
    /// - Parameter mayDiffer: Whether a worker may have come again to what it had done before: a good event's outcome then
    ///   tells of what the second one found.
    func wrongOutcomes(_ records: [KafkaRecord], mayDiffer: Bool = false) throws -> [String] {
        var missing = Set(story.events.indices)
        var wrong: [String] = []
        for (id, outcome) in try outcomes(records) {
            guard let index = indices[id] else {
                wrong.append("\(id): an outcome of nothing")
                continue
            }
            guard missing.remove(index) != nil else { continue }
            let data = outcome["data"]
            let words = ["status", "action"].compactMap { data?[$0]?.stringValue }.joined(separator: "/")
            let fate = story.events[index].fate
            let isGood = [Fate.created, .updated, .unchanged].map(\.words).contains(words)
            if mayDiffer, fate != .rejected, isGood { continue }
            if words != fate.words { wrong.append("\(id): \(words) instead of \(fate.words)") }
        }
        return wrong + missing.sorted().map { "event \($0): no outcome" }
    }

    /// How many outcomes are not the first of their record.
    func repeats(_ records: [KafkaRecord]) throws -> Int {
        records.count - Set(try outcomes(records).map(\.id)).count
    }

    /// The outcomes of a resource's good events stand in one partition, in the order of the events; what comes again
    /// comes in that order too, without a gap.
    func disorder(_ records: [KafkaRecord]) throws -> [String] {
        var heads: [String: (partition: Int32, next: Int)] = [:]
        var places: [Int: Int] = [:]
        var counts: [String: Int] = [:]
        for (index, event) in story.events.enumerated() where event.fate != .rejected {
            places[index] = counts[event.externalID, default: 0]
            counts[event.externalID, default: 0] += 1
        }
        var wrong: [String] = []
        for (record, (id, _)) in zip(records, try outcomes(records)) {
            guard let index = indices[id], let place = places[index] else { continue }
            let name = story.events[index].externalID
            var head = heads[name] ?? (record.partition.partition, 0)
            if record.partition.partition != head.partition { wrong.append("\(name): outcomes in two partitions") }
            if place > head.next {
                wrong.append("\(name): its event \(place) where its event \(head.next) was due")
            }
            head.next = place + 1
            heads[name] = head
        }
        return wrong
    }

    /// When the first outcome of each event was written, by the event's index.
    func timesOfOutcomes(_ records: [KafkaRecord]) throws -> [Int: WallTime] {
        try zip(records, outcomes(records)).reduce(into: [:]) { times, next in
            guard let index = indices[next.1.id], let time = next.0.timestamp else { return }
            times[index] = min(times[index] ?? WallTime(milliseconds: time), WallTime(milliseconds: time))
        }
    }

    /// When outcomes were written, by the partition of their events; every partition with events is there.
    func timesByPartition(_ records: [KafkaRecord]) throws -> [Int32: [WallTime]] {
        let start = ends.mapValues { _ in [WallTime]() }
        return try zip(records, outcomes(records)).reduce(into: start) { times, next in
            guard let partition = next.1.outcome["data"]?["record"]?["partition"]?.intValue,
                let time = next.0.timestamp
            else { return }
            times[Int32(partition), default: []].append(WallTime(milliseconds: time))
        }
    }

    /// How many requests the outcomes tell of: what a worker asked before it was killed, nobody tells of.
    func requestsTold(_ records: [KafkaRecord]) throws -> Int {
        try outcomes(records).reduce(0) { $0 + Int($1.outcome["data"]?["requests"]?.intValue ?? 0) }
    }

    private func outcomes(_ records: [KafkaRecord]) throws -> [(id: String, outcome: JSONValue)] {
        try records.map { record in
            let outcome = try JSONValue(parsing: record.value ?? [])
            return (try #require(outcome["id"]?.stringValue), outcome)
        }
    }

    // MARK: Dead letters

    /// What was rejected lies in the dead letters, as it was, as often as it has outcomes at most.
    func wrongDeadLetters(_ records: [KafkaRecord], repeats: Int) -> [String] {
        var missing = Set(story.events.indices.filter { story.events[$0].fate == .rejected })
        let limit = missing.count + repeats
        var wrong: [String] = []
        for letter in records {
            func text(_ name: String) -> String {
                String(decoding: letter.headers.last { $0.name == "relay-dlq-\(name)" }?.value ?? [], as: UTF8.self)
            }
            let id = "\(text("topic"))/\(text("partition"))/\(text("offset"))"
            guard let index = indices[id], story.events[index].fate == .rejected else {
                wrong.append("\(id): a dead letter of what is alive")
                continue
            }
            missing.remove(index)
            let original = story.events[index].record
            if letter.key != original.key || letter.value != original.value
                || Array(letter.headers.prefix(original.headers.count)) != original.headers
            {
                wrong.append("\(id): not as it was received")
            }
        }
        if records.count > limit { wrong.append("\(records.count) dead letters instead of \(limit)") }
        return wrong + missing.sorted().map { "event \($0): no dead letter" }
    }

    // MARK: The API

    /// The sandbox holds what the events, one after another, make of an empty one.
    func wrongState() -> [String] {
        wrongState(organizations: scenario.sandbox.organizations, contacts: scenario.sandbox.contacts)
    }

    /// The same of documents that were read from it.
    func wrongState(organizations held: [JSONValue], contacts heldContacts: [JSONValue]) -> [String] {
        var wrong: [String] = []
        var names: [String: String] = [:]
        var organizations = story.world.organizations
        for document in held {
            let name = document["externalId"]?.stringValue ?? "?"
            names[document["id"]?.stringValue ?? "?"] = name
            guard let model = organizations.removeValue(forKey: name) else {
                wrong.append("\(name): one organization too many")
                continue
            }
            if !content(of: document).isEquivalent(to: model) {
                wrong.append("\(name): \(document.text) not \(model.text)")
            }
        }
        var contacts = story.world.contacts
        for document in heldContacts {
            let name = document["externalId"]?.stringValue ?? "?"
            guard let model = contacts.removeValue(forKey: name) else {
                wrong.append("\(name): one contact too many")
                continue
            }
            if !content(of: document).isEquivalent(to: model.document)
                || names[document["organizationId"]?.stringValue ?? "?"] != model.organization
            {
                wrong.append("\(name): \(document.text) not \(model.document.text) in \(model.organization)")
            }
        }
        return wrong + (Array(organizations.keys) + Array(contacts.keys)).map { "\($0): missing" }
    }

    private func content(of document: JSONValue) -> JSONValue {
        var content = document
        for member in ["id", "createdDate", "organizationId"] { content.remove(member) }
        // An object that a patch has left empty is as good as none, to the model as to the relay.
        if content["metadata"]?.members.isEmpty == true { content.remove("metadata") }
        return content
    }

    /// Each resource was made once, and written once more at most for each event that changed it; nothing was refused.
    ///
    /// - Parameter repeats: how many more writes there may be.
    func wrongWrites(repeats: Int) -> [String] {
        var posts = 0
        var puts: [String: Int] = [:]
        var wrong: [String] = []
        for call in scenario.sandbox.requests() {
            if call.status >= 400 { wrong.append("\(call.method) \(call.target): \(call.status)") }
            if call.method == "PUT" {
                puts[call.target.split(separator: "/").last.map(String.init) ?? "", default: 0] += 1
            }
            if call.method == "POST", !call.target.contains("oauth") { posts += 1 }
        }
        let created = story.events.count { $0.fate == .created }
        if posts != created { wrong.append("\(posts) POSTs for \(created) resources") }
        let updates = story.events.reduce(into: [String: Int]()) { updates, event in
            if event.fate == .updated { updates[event.externalID, default: 0] += 1 }
        }
        for document in scenario.sandbox.organizations + scenario.sandbox.contacts {
            let name = document["externalId"]?.stringValue ?? "?"
            let written = puts[document["id"]?.stringValue ?? "?"] ?? 0
            let due = updates[name] ?? 0
            if written > due + repeats { wrong.append("\(name): \(written) PUTs for \(due) updates") }
        }
        return wrong
    }

    // MARK: Offsets

    /// The group has committed everything. The input has no control records: nobody writes it in transactions here.
    func isCommitted() async throws -> Bool { try await scenario.committed() == ends }

    /// Waits for the last commit, then looks at everything. No record may have been worked on twice: a worker that leaves
    /// a partition in order leaves nothing behind that is done and not committed.
    func pass(_ outcomes: TopicReader, log: @autoclosure () -> String) async throws {
        try await eventually("everything is committed", within: .seconds(100)) { try await isCommitted() }
        let records = try await outcomes.allRecords()
        let letters = try await TopicReader.reading(scenario.deadLetters, in: scenario) { try await $0.allRecords() }
        let repeats = try repeats(records)
        let complaints = [
            ("outcomes", try wrongOutcomes(records)), ("order", try disorder(records)),
            ("dead letters", wrongDeadLetters(letters, repeats: repeats)), ("state", wrongState()),
            ("writes", wrongWrites(repeats: repeats)),
            ("repeats", repeats == 0 ? [] : ["\(repeats)"]),
        ]
        for (what, wrong) in complaints {
            #expect(wrong.isEmpty, "\(what): \(wrong.count) wrong: \(wrong.prefix(5))\n\(log())")
        }
    }
}
