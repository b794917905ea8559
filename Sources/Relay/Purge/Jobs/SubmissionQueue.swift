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
    /// Failures of the API's calls since one did what it should.
    private var failures = 0
    /// Whether the last submission was not done for a reason that others may meet too: until one is, they go one by one.
    private var isDoubtful = false
    /// What the API said last; nil before, and where no quota is in force.
    private(set) var remaining: Int64?

    /// How many wait.
    var waitingCount: Int { places.count }
    /// Whether the API's calls fail.
    var isDown: Bool { failures > 0 }

    /// Joins the queue, or asks how it stands.
    mutating func turn(_ key: PurgeKey, arrival: WallTime, now: Moment) -> Turn {
        let place = Place(arrival: arrival, key: key)
        let index = index(of: place)
        if index == places.count || places[index] != place { places.insert(place, at: index) }
        if let closedUntil, now < closedUntil { return .closed(until: closedUntil) }
        if asking == key { return .ask }
        if let pausedUntil, now < pausedUntil { return .paused(until: pausedUntil) }
        guard mayAsk, places.first == place else { return .behind }
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

    /// The API's calls fail for the one whose turn it was, or that was let through: it has its place again, and nobody asks
    /// for a while. The next one is to be woken (`next`), so that it asks when the pause is over.
    ///
    /// - Parameters:
    ///   - arrival: Nil where it has no place, since its partition was dropped meanwhile: then it says nothing.
    ///   - pause: Until when, from the number of failures.
    /// - Returns: Until when nobody asks; nil where it has no place.
    mutating func failed(_ key: PurgeKey, arrival: WallTime?, pause: (Int) -> Moment) -> Moment? {
        let wasUnderWay = underWay.remove(key) != nil
        guard let arrival, asking == key || wasUnderWay else { return nil }
        if asking == key { asking = nil }
        let place = Place(arrival: arrival, key: key)
        let index = index(of: place)
        if index == places.count || places[index] != place { places.insert(place, at: index) }
        failures += 1
        isDoubtful = true
        let until = pause(failures)
        pausedUntil = until
        return until
    }

    /// The API's calls do what one needs of them.
    ///
    /// - Parameter isSubmission: A submission was answered, so others may go together again.
    mutating func recovered(isSubmission: Bool) {
        failures = 0
        pausedUntil = nil
        if isSubmission { isDoubtful = false }
    }

    /// The submission was not done, nor was it refused: the next ones go one by one.
    mutating func doubt() { isDoubtful = true }

    /// Its submission is answered. If that changes anything, the next one is to be woken (`next`).
    mutating func settled(_ key: PurgeKey) -> Bool {
        guard underWay.remove(key) != nil else { return false }
        recoverIfEmpty()
        return true
    }

    /// It wants nothing any more. If that changes anything, the next one is to be woken (`next`).
    ///
    /// - Parameter arrival: Nil where it has no place.
    @discardableResult
    mutating func leave(_ key: PurgeKey, arrival: WallTime?) -> Bool {
        let hadPlace = arrival.map { remove(Place(arrival: $0, key: key)) } ?? false
        let wasUnderWay = underWay.remove(key) != nil
        let asked = asking == key
        if asked { asking = nil }
        recoverIfEmpty()
        return hadPlace || wasUnderWay || asked
    }

    /// The jobs of this partition are another's now.
    mutating func drop(_ partition: TopicPartition) {
        places.removeAll { $0.key.partition == partition }
        underWay = underWay.filter { $0.partition != partition }
        if asking?.partition == partition { asking = nil }
        recoverIfEmpty()
    }

    /// Whose turn it is; nil while somebody asks, and when nobody waits.
    var next: PurgeKey? { mayAsk ? places.first?.key : nil }

    private var mayAsk: Bool { asking == nil && (!isDoubtful || underWay.isEmpty) }

    /// Nobody is left who could find out that a fault is over.
    private mutating func recoverIfEmpty() {
        guard places.isEmpty, underWay.isEmpty, asking == nil else { return }
        failures = 0
        pausedUntil = nil
        isDoubtful = false
    }

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
