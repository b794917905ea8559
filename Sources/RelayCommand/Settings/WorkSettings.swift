import Configuration

/// How many records are in hand at once.
struct PoolSettings: Sendable {
    var maxInFlight: Int
    var isAdaptive: Bool
    var maxBuffered: Int
    var maxParked: Int

    static let maxInFlight = Setting(
        "pool.maxInFlight", .integer(atLeast: 1), default: 64, "How many events are applied at the same time.")
    static let isAdaptive = Setting(
        "pool.adaptive", .boolean, default: true,
        "Send fewer than pool.maxInFlight at once while the API's latency says that it is saturated.")
    static let maxBuffered = Setting(
        "pool.maxBuffered", .integer(atLeast: 1), default: 5000,
        "How many records may be read and not yet settled; partitions pause above it.")
    static let maxParked = Setting(
        "pool.maxParked", .integer(atLeast: 1), default: 10000,
        "How many records may wait for a missing organization, which are not counted as buffered.")

    static let group = SettingGroup(
        "Worker pool",
        [maxInFlight.definition, isAdaptive.definition, maxBuffered.definition, maxParked.definition])

    init(_ values: SettingValues) {
        maxInFlight = values[Self.maxInFlight]
        isAdaptive = values[Self.isAdaptive]
        maxBuffered = values[Self.maxBuffered]
        maxParked = values[Self.maxParked]
    }
}

/// How contacts are treated.
struct ContactSettings: Sendable {
    var sequenceMarks: Bool
    var deletionRetention: Duration
    var contactTTL: Duration

    static let sequenceMarks = Setting(
        "contacts.sequenceMarks", .boolean, default: true,
        "Keep the greatest applied sequence of each source in the metadata of a contact or an organization.")
    static let deletionRetention = Setting(
        "contacts.deletionRetention", .duration(atLeast: .seconds(1)), default: .seconds(90 * 86_400),
        "How long a deletion is remembered, so that an older event of the same source does not undo it.")
    static let contactTTL = Setting(
        "cache.contactTtl", .duration(atLeast: .zero), default: .zero,
        "How long a contact may be trusted from memory instead of being read again; 0s reads it always.")

    static let group = SettingGroup(
        "Contacts", [sequenceMarks.definition, deletionRetention.definition, contactTTL.definition])

    init(_ values: SettingValues) {
        sequenceMarks = values[Self.sequenceMarks]
        deletionRetention = values[Self.deletionRetention]
        contactTTL = values[Self.contactTTL]
    }
}

/// When and how often a request that failed is tried again.
struct RetrySettings: Sendable {
    var maxAttempts: Int
    var maxAge: Duration
    var baseDelay: Duration
    var maxDelay: Duration

    static let maxAttempts = Setting(
        "retry.maxAttempts", .integer(atLeast: 1), default: 8, "How often an event is tried before it fails.")
    static let maxAge = Setting(
        "retry.maxAge", .duration(atLeast: .milliseconds(1)), default: .seconds(15 * 60),
        "How long after its first try an event is tried again.")
    static let baseDelay = Setting(
        "retry.baseDelay", .duration(atLeast: .milliseconds(1)), default: .milliseconds(500),
        "Longest wait before the second try; it doubles with each try, and the wait is drawn from zero up to it.")
    static let maxDelay = Setting(
        "retry.maxDelay", .duration(atLeast: .milliseconds(1)), default: .seconds(60),
        "What that longest wait does not grow beyond.")

    static let group = SettingGroup(
        "Retries", [maxAttempts.definition, maxAge.definition, baseDelay.definition, maxDelay.definition])

    init(_ values: SettingValues) {
        maxAttempts = values[Self.maxAttempts]
        maxAge = values[Self.maxAge]
        baseDelay = values[Self.baseDelay]
        maxDelay = values[Self.maxDelay]
    }
}
