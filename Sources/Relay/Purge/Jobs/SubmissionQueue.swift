import KafkaClient
import Seams

/// Who submits next: in the order of arrival, one question for the quota at a time, and none while it is known to be used up.
/// Pure.
struct SubmissionQueue {
    /// What one who wants to submit is told.
    enum Turn: Equatable {
        /// It is its turn: ask for the quota, then say `answered`.
        case ask
        /// Others are before it; it is woken.
        case behind
        /// Nothing is left of the quota; it is asked for again then.
        case closed(until: Moment)
        /// The API's calls fail; nobody asks before then.
        case paused(until: Moment)
    }

    private struct Place: Comparable {
        let arrival: WallTime
        let key: PurgeKey

        static func < (left: Place, right: Place) -> Bool {
            (left.arrival, left.key) < (right.arrival, right.key)
        }
    }

    /// What the answer to the question means.
    enum Admission: Equatable {
        /// Submit.
        case go
        /// What is left may be used up by what is under way: ask again when that is answered.
        case later
        /// Nothing is left.
        case closed
    }

    /// In the order of arrival.
    private var places: [Place] = []
    private var asking: PurgeKey?
    /// Those that were let through and whose submission is not answered yet: the quota does not count them.
    private var underWay: Set<PurgeKey> = []
    private var closedUntil: Moment?
    private var pausedUntil: Moment?
    /// What the API said last; nil before, and where no quota is in force.
    private(set) var remaining: Int64?

    /// How many wait.
    var waitingCount: Int { places.count }

    /// Joins the queue, or asks how it stands.
    mutating func turn(_ key: PurgeKey, arrival: WallTime, now: Moment) -> Turn {
        let place = Place(arrival: arrival, key: key)
        let index = index(of: place)
        if index == places.count || places[index] != place { places.insert(place, at: index) }
        if let closedUntil, now < closedUntil { return .closed(until: closedUntil) }
        if asking == key { return .ask }
        if let pausedUntil, now < pausedUntil { return .paused(until: pausedUntil) }
        guard asking == nil, places.first == place else { return .behind }
        asking = key
        return .ask
    }

    /// The answer to the one whose turn it was. After `go` the next one is to be woken (`next`), after `closed` all are
    /// (`waiting`): they have something to say.
    ///
    /// - Parameters:
    ///   - remaining: What is left of the quota; nil where none is in force.
    ///   - recheck: When it is asked for again if nothing is left.
    mutating func answered(
        _ key: PurgeKey, arrival: WallTime, remaining: Int64?, now: Moment, recheck: Duration
    ) -> Admission {
        if asking == key { asking = nil }
        self.remaining = remaining
        if let remaining {
            if remaining <= 0 {
                closedUntil = now + recheck
                return .closed
            }
            if remaining <= Int64(underWay.count) { return .later }
        }
        closedUntil = nil
        remove(Place(arrival: arrival, key: key))
        underWay.insert(key)
        return .go
    }

    /// The API's calls fail for the one whose turn it was, or that was let through. The next one is to be woken (`next`), so
    /// that it asks when the pause is over.
    mutating func failed(_ key: PurgeKey, until: Moment) {
        if asking == key { asking = nil }
        underWay.remove(key)
        pausedUntil = until
    }

    /// It wants nothing any more, or its submission is answered. If that changes anything, the next one is to be woken
    /// (`next`).
    ///
    /// - Parameter arrival: Nil where it has no place.
    @discardableResult
    mutating func leave(_ key: PurgeKey, arrival: WallTime?) -> Bool {
        let hadPlace = arrival.map { remove(Place(arrival: $0, key: key)) } ?? false
        let wasUnderWay = underWay.remove(key) != nil
        let asked = asking == key
        if asked { asking = nil }
        return hadPlace || wasUnderWay || asked
    }

    /// The jobs of this partition are another's now.
    mutating func drop(_ partition: TopicPartition) {
        places.removeAll { $0.key.partition == partition }
        underWay = underWay.filter { $0.partition != partition }
        if asking?.partition == partition { asking = nil }
    }

    /// Whose turn it is; nil while somebody asks, and when nobody waits.
    var next: PurgeKey? { asking == nil ? places.first?.key : nil }

    /// All that wait, in the order of arrival.
    var waiting: [PurgeKey] { places.map(\.key) }

    @discardableResult
    private mutating func remove(_ place: Place) -> Bool {
        let index = index(of: place)
        guard index < places.count, places[index] == place else { return false }
        places.remove(at: index)
        return true
    }

    /// Where it stands, or would stand.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
