import Seams

/// Organizations that somebody waits for, by external id, and when each is looked up next.
struct OrganizationWatchState {
    private struct Entry {
        var lookUpAt: Moment
        var lookUps: Int
        /// The last look-up was answered, with nothing; false where it failed.
        var isAnswered = true
        /// When the first of the look-ups began that failed and were followed by no answer.
        var failingSince: Moment?
    }

    /// What an answer, or the end of the waiting, ends.
    struct End {
        /// Whether somebody waited.
        var wasWaitedFor: Bool
        /// Since when look-ups had failed; nil where the last one had not.
        var failingSince: Moment?
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

    /// Notes that a look-up has found nothing.
    mutating func missing(_ name: ResourceName, at now: Moment, random: any RandomSource) -> End {
        let end = answered(name)
        if !end.wasWaitedFor { entries[name] = Entry(lookUpAt: now + delay(afterLookUps: 1, random), lookUps: 1) }
        return end
    }

    /// A look-up of the watch was answered, with nothing.
    mutating func answered(_ name: ResourceName) -> End {
        guard let entry = entries[name] else { return End(wasWaitedFor: false) }
        entries[name]?.isAnswered = true
        entries[name]?.failingSince = nil
        return End(wasWaitedFor: true, failingSince: entry.failingSince)
    }

    /// A look-up of the watch that began at that moment failed.
    mutating func failed(_ name: ResourceName, from begin: Moment) {
        entries[name]?.isAnswered = false
        if entries[name]?.failingSince == nil { entries[name]?.failingSince = begin }
    }

    /// The organization is there, or nobody waits for it any more.
    mutating func remove(_ name: ResourceName) -> End {
        let entry = entries.removeValue(forKey: name)
        return End(wasWaitedFor: entry != nil, failingSince: entry?.failingSince)
    }

    /// Those whose look-up is due, in the order of their moments; the next one of each is put off as if it failed.
    mutating func takeDue(at now: Moment, random: any RandomSource) -> [ResourceName] {
        // In order before anything is drawn: chance must not depend on how a dictionary hashes.
        let due = entries.filter { $0.value.lookUpAt <= now }
            .sorted { ($0.value.lookUpAt, $0.key.id) < ($1.value.lookUpAt, $1.key.id) }
        for (name, entry) in due {
            var next = entry
            next.lookUps += 1
            next.lookUpAt = now + delay(afterLookUps: next.lookUps, random)
            next.isAnswered = true
            entries[name] = next
        }
        return due.map(\.key)
    }

    /// Half of it fixed, half drawn: never at once, and replicas spread.
    private func delay(afterLookUps lookUps: Int, _ random: any RandomSource) -> Duration {
        let longest = min(maxDelay, Self.firstDelay * (1 << min(lookUps, 20)))
        return longest / 2 + random.duration(upTo: longest / 2)
    }
}
