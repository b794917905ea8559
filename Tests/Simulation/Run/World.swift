import KafkaClient
import Relay
import Seams
import WorkerPool

/// Everything that one run has: a scheduler, a broker, an API, checks and a history, made from a seed.
///
/// Unchecked: it belongs to its scheduler's thread.
final class World: @unchecked Sendable {
    struct WorkerSettings {
        var limits = PoolLimits(maxInFlight: 8, maxBuffered: 100, maxParked: 100)
        var retry = RetryPolicy(maxAttempts: 1000, maxAge: .seconds(900), maxDelay: .seconds(10))
        var gracePeriod = Duration.seconds(10)
        var requestsPerMinute: Double?
        var maxRetryAfter = Duration.seconds(180)
        var requestTimeout = Duration.seconds(5)
        var contactTTL = Duration.zero
        var commitPace = CommitPace()
    }

    struct PurgeSettings {
        var story = PurgeStory.Settings()
        var api = SimulatedPurges.Settings()
        var pollInterval = Duration.seconds(2)
        var quotaRecheck = Duration.seconds(5)
        var rejectsDependencies = false
        /// One message in so many is not delivered, 0 for none.
        var webhookFaults = 0
        /// A job that never ends counts as failed after this.
        static let maxDuration = Duration.seconds(100)
    }

    struct Settings {
        var story = Story.Settings()
        var broker = SimulatedBroker.Settings()
        var api = SimulatedAPI.Settings()
        var worker = WorkerSettings()
        var longestStep = 20_000
        var replicas = 2
        var faults = 0
        var isTransactional = false
        var sabotage: Sabotage?
        /// Whether control records of others stand in the input.
        var hasHoles = false
        /// Whether workers are static members of their group.
        var isStatic = false
        /// Nil where no purges are asked for.
        var purges: PurgeSettings?
    }

    static let outcomesTopic = "contact-outcomes"
    static let deadLettersTopic = "contact-changes.dlq"
    static let deletionsTopic = "contact-deletions"
    static let deadLettersTopics = [deadLettersTopic, PurgeChecks.deadLettersTopic]

    let settings: Settings
    let story: Story
    let scheduler: Scheduler
    let history: History
    let checks: Checks
    let broker: SimulatedBroker
    let api: SimulatedAPI
    let receiver: WebhookReceiver
    private(set) var ends: [Int32: Int64] = [:]
    private var produced = 0
    /// By partition of the purge requests, one past the last record.
    var purgeEnds: [Int32: Int64] = [:]
    /// How many purge events are still to come.
    var purgesToCome = 0

    init(_ settings: Settings, seed: UInt64, isRecorded: Bool) {
        self.settings = settings
        scheduler = Scheduler(seed: seed, longestStep: settings.longestStep)
        history = History(isOn: isRecorded, scheduler)
        checks = Checks(isTransactional: settings.isTransactional, scheduler, history)
        story = Story(settings.story, seed: scheduler.chance.next())
        broker = SimulatedBroker(scheduler, settings.broker, history: history, checks: checks)
        api = SimulatedAPI(scheduler, settings.api, history: history, checks: checks)
        receiver = WebhookReceiver(scheduler, faults: settings.purges?.webhookFaults ?? 0, checks: checks)
        broker.group.topics = [Story.topic]
        let count = settings.story.partitions
        for topic in [Story.topic, Self.outcomesTopic, Self.deadLettersTopic, Self.deletionsTopic] {
            broker.makeTopic(topic, partitions: count)
        }
        if !settings.api.tellsQuota { checks.quota.limit = settings.api.quota }
        checks.aliases = story.aliases
        checks.eventsMayFail = settings.worker.retry.maxAttempts < 100
        checks.deadLettersWait = settings.broker.largestDeadLetter < 1000
        checks.partitionOfLane = { [story] in story.partition(of: $0) }
        checks.owner = { [broker] in broker.group.owner(of: TopicPartition(Story.topic, $0)) }
        for number in story.events.indices {
            // Whichever of several that are due at once comes first, the log has them in their order.
            scheduler.at(story.events[number].moment) { [self] in produce(produced) }
        }
        for (name, moment) in story.outsiders {
            scheduler.at(moment) { [self] in api.makeOrganization(name) }
        }
        if let purges = settings.purges { begin(purges, seed: seed) }
    }

    var isAllProduced: Bool { produced == story.events.count }

    private func produce(_ number: Int) {
        var event = story.events[number]
        guard let partition = broker.partition(for: event.record) else { return }
        if settings.hasHoles, scheduler.chance.once(in: 3) { broker.mark(partition, nil, isCommit: true) }
        event.partition = partition.partition
        event.offset = broker.log(partition)?.end ?? 0
        checks.expect(event)
        broker.append(event.record, to: partition, transaction: nil)
        ends[event.partition] = event.offset + 1
        produced += 1
        history.note(
            "emitter", lane: event.lane, partition: event.partition,
            "\(event.partition)/\(event.offset): \(event.words) \(event.sequence ?? "")")
    }

    /// Everything that was asked for has happened.
    var isQuiet: Bool {
        guard isAllProduced, checks.openCount == 0, arePurgesQuiet else { return false }
        return ends.allSatisfy { checks.positions[TopicPartition(Story.topic, $0.key)] ?? 0 >= $0.value }
    }
}
