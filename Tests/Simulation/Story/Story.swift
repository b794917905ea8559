import JSON
import KafkaClient
import Seams

/// What happens to contacts and organizations in one run, drawn from a seed, and what should come of it.
struct Story {
    struct Settings {
        var events = 60
        var contacts = 6
        var organizations = 3
        var partitions: Int32 = 3
        /// Over so long the events come.
        var span = Duration.seconds(30)
        var remembersDeletions = false
    }

    static let topic = "contact-changes"

    private(set) var events: [StoryEvent] = []
    private(set) var lanes: [StoryLane] = []
    /// The later index whose event has the content of an earlier one, by lane.
    private(set) var aliases: [String: [Int: Int]] = [:]
    /// Organizations that somebody makes at the API, and when.
    private(set) var outsiders: [(name: String, moment: Moment)] = []
    private let settings: Settings
    private var chance: Chance
    /// Whether more is deleted than is usual.
    private let isDeadly: Bool

    init(_ settings: Settings, seed: UInt64) {
        self.settings = settings
        chance = Chance(seed: seed)
        isDeadly = chance.once(in: 3)
        for number in 0..<settings.organizations {
            lanes.append(
                StoryLane(
                    "org\(number)", isContact: false, isSequenced: chance.once(in: 2), accumulates: true,
                    organization: nil))
        }
        if chance.once(in: 2) {
            outsiders.append(("abroad", .start + chance.duration(0...settings.span.inSeconds * 1000)))
        }
        for number in 0..<settings.contacts {
            let home =
                outsiders.isEmpty || !chance.once(in: 4) ? "org\(chance.below(settings.organizations))" : "abroad"
            lanes.append(
                StoryLane(
                    "person\(number)", isContact: true, isSequenced: chance.once(in: 2),
                    accumulates: chance.once(in: 2),
                    organization: home))
        }
        let span = settings.span.inSeconds * 1000
        var moments = (0..<settings.events).map { _ in
            // In bunches as often as alone.
            chance.once(in: 2) ? chance.duration(0...span) : .milliseconds(chance.within(0...15) * Int(span / 16))
        }
        moments.sort()
        for moment in moments { tell(at: .start + moment) }
        // Whatever a contact waits for is made in the end.
        for place in 0..<settings.organizations where !lanes[place].isThere {
            tell(.upserted, place, at: .start + settings.span)
        }
    }

    /// The lanes' partitions, as the broker hashes keys.
    func partition(of lane: String) -> Int32 { SimulatedBroker.hash(Array(lane.utf8)) % settings.partitions }

    private mutating func tell(at moment: Moment) {
        let place =
            chance.once(in: 6)
            ? chance.below(settings.organizations) : settings.organizations + chance.below(settings.contacts)
        if chance.once(in: 20) { return tellNonsense(lanes[place].name, at: moment) }
        let lane = lanes[place]
        if lane.isThere {
            if isDeadly, lane.isContact, chance.once(in: 3) { return tell(.deleted, place, at: moment) }
            switch chance.below(12) {
            case 0, 1: if lane.isContact { return tell(.deleted, place, at: moment) }
            case 2: if lane.isSequenced, lane.count > 1 { return tell(.updated, place, at: moment, isStale: true) }
            case 3: if repeatLast(place, at: moment) { return }
            case 4: return tell(.created, place, at: moment)
            case 5, 6, 7: return tell(.upserted, place, at: moment)
            default: break
            }
            return tell(.updated, place, at: moment)
        }
        switch chance.below(isDeadly ? 4 : 10) {
        case 0: if !lane.accumulates { return tell(.updated, place, at: moment) }
        case 1: if lane.isContact, !lane.isSequenced { return tell(.deleted, place, at: moment) }
        case 2, 3:
            if settings.remembersDeletions, lane.isSequenced, lane.deletionMark != nil {
                return tell(.upserted, place, at: moment, isStale: true)
            }
        default: break
        }
        tell(chance.once(in: 2) ? .created : .upserted, place, at: moment)
    }

    private mutating func tell(_ verb: StoryEvent.Verb, _ place: Int, at moment: Moment, isStale: Bool = false) {
        let lane = lanes[place]
        let patch = verb == .deleted ? nil : lane.patch()
        let mark = lane.mark.flatMap { Int($0) } ?? lane.deletionMark.flatMap { Int($0) } ?? 1000
        let sequence =
            isStale ? String(mark - 1) : lane.isSequenced ? String(max(mark + 1, 1000 + lane.count)) : nil
        add(verb, place, patch, sequence, at: moment)
    }

    /// The same content again, as an emitter that tries twice sends it.
    private mutating func repeatLast(_ place: Int, at moment: Moment) -> Bool {
        guard let last = lanes[place].lastApplied, last.verb != .deleted, last.index == lanes[place].count - 1 else {
            return false
        }
        aliases[lanes[place].name, default: [:]][last.index] = lanes[place].count
        add(last.verb, place, last.patch, last.sequence, at: moment)
        return true
    }

    private mutating func add(
        _ verb: StoryEvent.Verb, _ place: Int, _ patch: JSONValue?, _ sequence: String?, at moment: Moment
    ) {
        let lane = lanes[place]
        let index = lane.count
        let fate = lanes[place].apply(verb, patch, sequence)
        let kind = lane.isContact ? "contact" : "organization"
        var data: [(String, JSONValue)] = [("externalId", .string(lane.name))]
        if let home = lane.organization { data.append(("organization", ["externalId": .string(home)])) }
        if let patch { data.append((kind, patch)) }
        var event: JSONValue = [
            "specversion": "1.0", "id": .string("e-\(events.count)"), "source": "/sim",
            "type": .string("\(kind).\(verb.rawValue)"), "datacontenttype": "application/json",
            "data": .object(data),
        ]
        if let sequence { event.set("sequence", to: .string(sequence)) }
        let record = ProducerRecord(
            topic: Self.topic, key: Array(lane.name.utf8), value: event.bytes,
            headers: [KafkaHeader("content-type", "application/cloudevents+json")])
        events.append(
            StoryEvent(
                lane: lane.name, index: index, verb: verb, sequence: sequence, record: record, fate: fate,
                moment: moment))
    }

    private mutating func tellNonsense(_ key: String, at moment: Moment) {
        let record = ProducerRecord(topic: Self.topic, key: Array(key.utf8), value: Array("{ nonsense".utf8))
        events.append(StoryEvent(lane: nil, index: 0, record: record, fate: .rejected, moment: moment))
    }
}
