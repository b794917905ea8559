import JSON
import KafkaClient
import Seams
import TestSupport

/// Purge requests of all kinds, as a seed draws them. The reason of each is its id, so that the sandbox's ledger tells
/// which request a job is of.
struct PurgeStory {
    /// What becomes of a record.
    enum Fate: Equatable {
        /// Its purge comes to an end, or is held.
        case ends
        /// It can never succeed.
        case rejected
        /// It has the final status of the request with that index.
        case repeats(Int)
    }

    struct Entry {
        var requestID: String
        var fate: Fate
        var data: JSONValue?
        var hasWebhook = false
        var record: ProducerRecord
    }

    private(set) var entries: [Entry] = []
    private let scenario: Scenario
    private let receiver: WebhookReceiver
    private let random: SeededRandom

    init(in scenario: Scenario, _ receiver: WebhookReceiver, seed: UInt64) {
        self.scenario = scenario
        self.receiver = receiver
        random = SeededRandom(seed: seed)
    }

    /// How many purges there should be.
    var requestCount: Int { entries.count { $0.fate == .ends } }

    /// Adds `count` requests, and between them invalid ones and repeated ones. Windows go by `now`.
    ///
    /// - Returns: What was added.
    mutating func tell(_ count: Int, at now: WallTime) -> ArraySlice<Entry> {
        let first = entries.count
        for _ in 0..<count {
            let number = requestCount
            request(number, at: now)
            if number % 8 == 3 { invalid(number / 8, at: now) }
            if number % 10 == 5 { again(otherContent: false) }
            if number % 20 == 15 { again(otherContent: true) }
        }
        return entries[first...]
    }

    // MARK: Good ones

    private mutating func request(_ number: Int, at now: WallTime) {
        var data = Self.data("pr-\(number)", type: "skill")
        let hasWebhook = number % 5 != 4
        switch random.below(10) {
        case 0, 1:
            // It waits for its window.
            data.set("executionWindow", to: Self.window(now + .seconds(3 + random.below(8)), now + .seconds(3600)))
        case 2, 3, 4:
            // It waits for soft-deleted records, see `mark`.
            data.set("resourceType", to: "conversation")
        case 5:
            // So does this one, and its window may pass meanwhile.
            data.set("resourceType", to: "user")
            data.set("executionWindow", to: Self.window(now + .seconds(-1), now + .seconds(12)))
        default: break
        }
        if random.below(4) == 0 { data.set("retentionOverride", to: ["days": 30, "reason": "COMPLIANCE_OVERRIDE"]) }
        if hasWebhook { data.set("webhookUrl", to: .string(receiver.url(of: "pr-\(number)"))) }
        append("pr-\(number)", data, .ends, hasWebhook: hasWebhook)
    }

    /// A soft-deleted record that what has `type` depends on, or the word that it is restored.
    func mark(_ type: String, isRestored: Bool) -> ProducerRecord {
        let event = Self.event(
            isRestored ? "record.restored" : "record.softDeleted", id: "m-1",
            ["resourceType": .string(type), "id": "1"])
        return Self.record(scenario.recordStates, key: "\(type)/1", event)
    }

    /// What the worker has to know for this.
    static let environment = [
        "RELAY_PURGE_DEPENDENCIES": "conversation=interaction,media;user=session", "RELAY_PURGE_MIN_WINDOW": "1s",
        "RELAY_PURGE_POLL_INTERVAL": "1s", "RELAY_PURGE_QUOTA_RECHECK": "1s",
    ]

    // MARK: Others

    private mutating func invalid(_ number: Int, at now: WallTime) {
        let id = "bad-\(number)"
        var data = Self.data(id, type: "skill")
        var (key, type) = (id, "purge.requested")
        switch number % 7 {
        case 0: data.set("resourceType", to: "galaxy")
        case 1: data.set("filters", to: ["mediaTypes": []])
        case 2: data.set("executionWindow", to: Self.window(now + .seconds(-7200), now + .seconds(-3600)))
        case 3: data.set("webhookUrl", to: "http://10.0.0.1/hooks")
        case 4: key = "\(id)-other"
        case 5: type = "purge.undone"
        default:
            let record = ProducerRecord(topic: scenario.purgeRequests, key: Array(id.utf8), value: Array("{\"no".utf8))
            entries.append(Entry(requestID: id, fate: .rejected, record: record))
            return
        }
        append(id, data, .rejected, type: type, key: key)
    }

    /// A request that was told before, once more.
    private mutating func again(otherContent: Bool) {
        let places = entries.indices.filter { entries[$0].fate == .ends }
        let place = places[random.below(places.count)]
        guard var data = entries[place].data else { return }
        if otherContent { data.set("purgeReason", to: .string("other-\(entries.count)")) }
        append(entries[place].requestID, data, otherContent ? .rejected : .repeats(place))
    }

    private mutating func append(
        _ requestID: String, _ data: JSONValue, _ fate: Fate, hasWebhook: Bool = false,
        type: String = "purge.requested", key: String? = nil
    ) {
        let event = Self.event(type, id: "e-\(entries.count)", data)
        entries.append(
            Entry(
                requestID: requestID, fate: fate, data: data, hasWebhook: hasWebhook,
                record: Self.record(scenario.purgeRequests, key: key ?? requestID, event)))
    }

    // MARK: Records

    /// A plain request.
    static func record(of requestID: String, in scenario: Scenario, webhookURL: String? = nil) -> ProducerRecord {
        var data = data(requestID, type: "skill")
        if let webhookURL { data.set("webhookUrl", to: .string(webhookURL)) }
        return record(scenario.purgeRequests, key: requestID, event("purge.requested", id: "e-\(requestID)", data))
    }

    /// A person's word on a held purge; nil for `purgeID` means that it is to be submitted again.
    static func resolution(of requestID: String, purgeID: String?, in scenario: Scenario) -> ProducerRecord {
        var data: JSONValue = [
            "requestId": .string(requestID), "resolution": purgeID == nil ? "resubmit" : "submitted",
            "operator": "somebody",
        ]
        if let purgeID { data.set("purgeId", to: .string(purgeID)) }
        return record(scenario.purgeRequests, key: requestID, event("purge.resolved", id: "r-\(requestID)", data))
    }

    private static func data(_ requestID: String, type: String) -> JSONValue {
        [
            "requestId": .string(requestID), "resourceType": .string(type), "purgeReason": .string(requestID),
            "filters": [
                "dateRange": ["start": "2023-01-01T00:00:00.000Z", "end": "2023-01-31T23:59:59.999Z"],
                "mediaTypes": ["voice", "chat"],
            ],
            "requestedBy": "dpo@acme.example",
        ]
    }

    private static func window(_ start: WallTime, _ end: WallTime) -> JSONValue {
        ["start": .string(start.description), "end": .string(end.description)]
    }

    private static func event(_ type: String, id: String, _ data: JSONValue) -> JSONValue {
        ["specversion": "1.0", "id": .string(id), "source": "/e2e", "type": .string(type), "data": data]
    }

    private static func record(_ topic: String, key: String, _ event: JSONValue) -> ProducerRecord {
        ProducerRecord(
            topic: topic, key: Array(key.utf8), value: event.bytes,
            headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }
}
