import Seams

/// Organizations that somebody waits for, by external id, and when each is looked up next.
struct OrganizationWatchState {
    private struct Entry {
        var lookUpAt: Moment
        var lookUps: Int
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

    /// Whether a look-up has found this one missing and none has found it since: another would only cost a request.
    func isMissing(_ name: ResourceName) -> Bool { entries[name] != nil }

    /// When the next look-up is due; nil when nothing is waited for.
    var nextLookUp: Moment? { entries.values.map(\.lookUpAt).min() }

    /// Notes that a look-up has found nothing. False when that was known.
    mutating func missing(_ name: ResourceName, at now: Moment, random: any RandomSource) -> Bool {
        guard entries[name] == nil else { return false }
        entries[name] = Entry(lookUpAt: now + delay(afterLookUps: 1, random), lookUps: 1)
        return true
    }

    /// The organization is there, or nobody waits for it any more. False when nobody did.
    mutating func remove(_ name: ResourceName) -> Bool {
        entries.removeValue(forKey: name) != nil
    }

    /// Those whose look-up is due, in the order of their moments; the next one of each is put off as if it failed.
    mutating func takeDue(at now: Moment, random: any RandomSource) -> [ResourceName] {
        let due = entries.filter { $0.value.lookUpAt <= now }
        for (name, entry) in due {
            entries[name] = Entry(
                lookUpAt: now + delay(afterLookUps: entry.lookUps + 1, random), lookUps: entry.lookUps + 1)
        }
        return due.sorted { ($0.value.lookUpAt, $0.key.id) < ($1.value.lookUpAt, $1.key.id) }.map(\.key)
    }

    /// Half of it fixed, half drawn: never at once, and replicas spread.
    private func delay(afterLookUps lookUps: Int, _ random: any RandomSource) -> Duration {
        let longest = min(maxDelay, Self.firstDelay * (1 << min(lookUps, 20)))
        return longest / 2 + random.duration(upTo: longest / 2)
    }
}
