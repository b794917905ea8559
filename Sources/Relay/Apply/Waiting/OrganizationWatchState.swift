import Seams

/// Organizations that somebody waits for, by external id, and when each is looked up next.
struct OrganizationWatchState {
    private struct Entry {
        var lookUpAt: Moment
        var lookUps: Int
        /// The last look-up was answered, with nothing; false where it failed.
        var isAnswered = true
    }

    private static let firstDelay = Duration.milliseconds(500)

    private var entries: [ResourceName: Entry] = [:]
    private let maxDelay: Duration

    /// - Parameter maxDelay: The longest time between two look-ups of one organization.
    init(maxDelay: Duration) {
        self.maxDelay = maxDelay
    }

    /// How many organizations are waited for.
    var count: Int { entries.count }

    /// Whether the last look-up has found this one missing: another would only cost a request. Not after a look-up that
    /// failed, so that nobody gives up waiting because the API could not be asked.
    func isMissing(_ name: ResourceName) -> Bool { entries[name]?.isAnswered == true }

    /// When the next look-up is due; nil when nothing is waited for.
    var nextLookUp: Moment? { entries.values.map(\.lookUpAt).min() }

    /// Notes that a look-up has found nothing. False when that was known.
    mutating func missing(_ name: ResourceName, at now: Moment, random: any RandomSource) -> Bool {
        guard entries[name] == nil else {
            entries[name]?.isAnswered = true
            return false
        }
        entries[name] = Entry(lookUpAt: now + delay(afterLookUps: 1, random), lookUps: 1)
        return true
    }

    /// Notes whether a look-up of the watch was answered.
    mutating func lookedUp(_ name: ResourceName, isAnswered: Bool) {
        entries[name]?.isAnswered = isAnswered
    }

    /// The organization is there, or nobody waits for it any more. False when nobody did.
    mutating func remove(_ name: ResourceName) -> Bool {
        entries.removeValue(forKey: name) != nil
    }

    /// Those whose look-up is due, in the order of their moments; the next one of each is put off as if it failed.
    mutating func takeDue(at now: Moment, random: any RandomSource) -> [ResourceName] {
        // In order before anything is drawn: chance must not depend on how a dictionary hashes.
        let due = entries.filter { $0.value.lookUpAt <= now }
            .sorted { ($0.value.lookUpAt, $0.key.id) < ($1.value.lookUpAt, $1.key.id) }
        for (name, entry) in due {
            entries[name] = Entry(
                lookUpAt: now + delay(afterLookUps: entry.lookUps + 1, random), lookUps: entry.lookUps + 1)
        }
        return due.map(\.key)
    }

    /// Half of it fixed, half drawn: never at once, and replicas spread.
    private func delay(afterLookUps lookUps: Int, _ random: any RandomSource) -> Duration {
        let longest = min(maxDelay, Self.firstDelay * (1 << min(lookUps, 20)))
        return longest / 2 + random.duration(upTo: longest / 2)
    }
}
