import JSON
import KafkaClient
import Seams

/// Looks at everything that the world sees, and notes what breaks a promise.
///
/// Outcomes and offsets are checked in the moment in which the broker decides about them, writes in the moment in which
/// they are sent. See the extensions for each.
final class Checks {
    struct Violation {
        var text: String
        var lane: String?
        var partition: Int32?
    }

    /// An input record, and what has become of it.
    struct Entry {
        var event: StoryEvent
        var outcomes = 0
        var deadLetters = 0
        var status: String?
    }

    struct Place: Hashable {
        var partition: Int32
        var offset: Int64
    }

    let isTransactional: Bool
    let scheduler: Scheduler
    private(set) var violations: [Violation] = []
    var entries: [Entry] = []
    var indices: [Place: Int] = [:]
    /// By partition, the entries of its records in order.
    var offsets: [Int32: [Int]] = [:]
    /// By lane, the entries of its events in order.
    var lanes: [String: [Int]] = [:]
    var aliases: [String: [Int: Int]] = [:]
    var lastOutcome: [String: Int] = [:]
    var positions: [TopicPartition: Int64] = [:]
    var writes: [String: LaneWrites] = [:]
    var openCount = 0
    /// Whether a process died, was thrown out or woken, so that something may have been done again.
    var isDisturbed = false
    /// Whether dead letters may be refused as they are, or have no topic for a while.
    var deadLettersWait = false
    /// Whether retries are so few that events fail.
    var eventsMayFail = false
    /// Lanes of which an event has failed: nobody can say what the API holds.
    var doubtfulLanes: Set<String> = []

    /// Who may write to a partition by the coordinator's word, and which assignment of a process a partition is under.
    var owner: (Int32) -> SimulatedProcess? = { _ in nil }
    var assignment: (SimulatedProcess, Int32) -> Int? = { _, _ in nil }
    var partitionOfLane: (String) -> Int32 = { _ in 0 }

    var quota = QuotaSight()
    /// Nil in a world without purges.
    var purges: PurgeChecks?

    let history: History

    init(isTransactional: Bool, _ scheduler: Scheduler, _ history: History) {
        self.history = history
        self.isTransactional = isTransactional
        self.scheduler = scheduler
    }

    func violated(_ text: String, lane: String? = nil, partition: Int32? = nil) {
        violations.append(Violation(text: text, lane: lane, partition: partition))
    }

    /// An input record is in the log.
    func expect(_ event: StoryEvent) {
        indices[Place(partition: event.partition, offset: event.offset)] = entries.count
        offsets[event.partition, default: []].append(entries.count)
        if let lane = event.lane { lanes[lane, default: []].append(entries.count) }
        entries.append(Entry(event: event))
        openCount += 1
    }

    func hasOutcome(_ lane: String, _ index: Int) -> Bool {
        guard let places = lanes[lane], places.indices.contains(index) else { return false }
        return entries[places[index]].outcomes > 0
    }
}
