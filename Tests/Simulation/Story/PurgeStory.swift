import JSON
import KafkaClient
import Seams

/// Which purges are asked for in one run, and which records are soft-deleted meanwhile, drawn from a seed.
struct PurgeStory {
    struct Settings {
        var requests = 3
        var partitions: Int32 = 2
        /// Over so long the events come.
        var span = Duration.seconds(30)
        /// Whether records are soft-deleted for a while, on which purges of conversations wait.
        var hasMarks = false
    }

    static let topic = "purge-requests"
    static let marksTopic = "record-states"
    static let host = "hooks.example"
    /// A wrap-up code for which the API refuses a purge.
    static let refusedCode = "refused"

    private(set) var events: [PurgeEvent] = []
    private(set) var marks: [(record: ProducerRecord, moment: Moment)] = []
    private var chance: Chance
    private let span: Double

    init(_ settings: Settings, seed: UInt64) {
        chance = Chance(seed: seed)
        span = settings.span.inSeconds * 1000
        for number in 0..<settings.requests { tell(of: "pr\(number)") }
        if settings.hasMarks {
            for number in 0..<chance.within(1...2) { tellMark("\(number)") }
        }
        let order = events.indices.sorted { (events[$0].moment, $0) < (events[$1].moment, $1) }
        events = order.map { events[$0] }
    }

    // MARK: Requests

    private mutating func tell(of id: String) {
        let moment = Moment.start + chance.duration(0...span)
        func later(_ chance: inout Chance) -> Moment { moment + chance.duration(0...(span + 10_000)) }
        if chance.once(in: 5) { tellNonsense(id, at: later(&chance)) }
        let first = request(id, marker: id, at: moment)
        events.append(first)
        if chance.once(in: 2) {
            for _ in 0..<chance.within(1...2) {
                var again = first
                again.moment = later(&chance)
                events.append(again)
            }
        }
        // Whichever of the two comes first is done.
        if chance.once(in: 5) { events.append(request(id, marker: "\(id).b", at: later(&chance))) }
        if chance.once(in: 6) {
            events.append(Self.resolution(of: id, chance.pick(["resubmit", "abandon"]), at: later(&chance)))
        }
    }

    private mutating func request(_ id: String, marker: String, at moment: Moment) -> PurgeEvent {
        let isRefused = chance.once(in: 12)
        var data: JSONValue = [
            "requestId": .string(id), "resourceType": .string(chance.pick(["conversation", "user"])),
            "purgeReason": .string(marker),
            "filters": ["wrapupCodes": .array([.string(isRefused ? Self.refusedCode : "w1")])],
            "requestedBy": "dpo",
        ]
        var kind = PurgeEvent.Kind.request
        if chance.once(in: 4) {
            kind = .windowed
            let start = chance.once(in: 3) ? nil : moment + chance.duration(0...15_000)
            let end = (start ?? moment) + chance.duration(2000...60_000)
            var window = JSONValue.object([("end", .string(SimulatedTime.wallTime(at: end).description))])
            if let start { window.set("start", to: .string(SimulatedTime.wallTime(at: start).description)) }
            data.set("executionWindow", to: window)
        }
        let hasWebhook = chance.once(in: 2)
        if hasWebhook { data.set("webhookUrl", to: .string("https://\(Self.host)/\(id)")) }
        return PurgeEvent(
            kind: kind, requestID: id, marker: marker, isRefused: isRefused, hasWebhook: hasWebhook,
            record: Self.record(id, "requested", data), moment: moment)
    }

    private mutating func tellNonsense(_ id: String, at moment: Moment) {
        let data: JSONValue
        switch chance.below(4) {
        case 0:
            let record = ProducerRecord(topic: Self.topic, key: Array(id.utf8), value: Array("{ nonsense".utf8))
            events.append(PurgeEvent(kind: .invalid, requestID: id, record: record, moment: moment))
            return
        case 1: data = ["requestId": .string(id), "resourceType": "user", "purgeReason": "none"]
        case 2:
            data = [
                "requestId": .string(id), "resourceType": "user", "purgeReason": "none",
                "filters": ["mediaTypes": ["voice"]], "webhookUrl": "https://elsewhere.example/",
            ]
        default:
            // Of another key, and so perhaps of another partition.
            data = [
                "requestId": .string(id + "x"), "resourceType": "user", "purgeReason": "none",
                "filters": ["mediaTypes": ["voice"]],
            ]
        }
        events.append(
            PurgeEvent(kind: .invalid, requestID: id, record: Self.record(id, "requested", data), moment: moment))
    }

    static func resolution(of id: String, _ word: String, purgeID: String? = nil, at moment: Moment) -> PurgeEvent {
        var data: JSONValue = ["requestId": .string(id), "resolution": .string(word), "operator": "somebody"]
        if let purgeID { data.set("purgeId", to: .string(purgeID)) }
        return PurgeEvent(
            kind: .resolution(word), requestID: id, record: record(id, "resolved", data), moment: moment)
    }

    private static func record(_ id: String, _ verb: String, _ data: JSONValue) -> ProducerRecord {
        let event: JSONValue = [
            "specversion": "1.0", "id": .string("p-\(id)"), "source": "/sim", "type": .string("purge.\(verb)"),
            "datacontenttype": "application/json", "data": data,
        ]
        return ProducerRecord(topic: topic, key: Array(id.utf8), value: event.bytes, headers: [contentType])
    }

    private static let contentType = KafkaHeader("content-type", "application/cloudevents+json")

    // MARK: Soft deletions

    private mutating func tellMark(_ id: String) {
        let type = chance.pick(["interaction", "media"])
        let begin = Moment.start + chance.duration(0...span)
        marks.append((Self.mark(type, id, "softDeleted"), begin))
        if chance.once(in: 4) {
            // It changes nothing.
            let record = ProducerRecord(topic: Self.marksTopic, key: Array("\(type)/\(id)".utf8), value: [])
            marks.append((record, begin))
        }
        marks.append((Self.mark(type, id, "restored"), begin + chance.duration(1000...15_000)))
    }

    private static func mark(_ type: String, _ id: String, _ verb: String) -> ProducerRecord {
        let event: JSONValue = [
            "specversion": "1.0", "id": .string("m-\(id)"), "source": "/sim", "type": .string("record.\(verb)"),
            "datacontenttype": "application/json", "data": ["resourceType": .string(type), "id": .string(id)],
        ]
        return ProducerRecord(
            topic: marksTopic, key: Array("\(type)/\(id)".utf8), value: event.bytes, headers: [contentType])
    }
}
