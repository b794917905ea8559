import Seams

/// How many of the latest attempts failed, counted by the second, so that memory does not grow with the traffic.
struct FailureRate {
    static let seconds = 10
    static let leastAttempts = 20
    static let leastLanes = 5
    static let leastPercentage = 40

    private struct Second {
        var number: Int64
        var answers = 0
        var failures = 0
        /// When the first of them failed.
        var firstFailure: Moment?
        /// At most as many as matter.
        var lanes: Set<LaneKey> = []
    }

    private var latest: [Second] = []

    /// An attempt was answered.
    mutating func answered(at now: Moment) {
        latest[current(now)].answers += 1
    }

    /// An attempt failed.
    ///
    /// - Returns: The first failure of those that make an outage, if it is one.
    mutating func failed(_ lane: LaneKey, at now: Moment) -> Moment? {
        let index = current(now)
        latest[index].failures += 1
        if latest[index].firstFailure == nil { latest[index].firstFailure = now }
        if latest[index].lanes.count < Self.leastLanes { latest[index].lanes.insert(lane) }
        return outage(at: now)
    }

    private func outage(at now: Moment) -> Moment? {
        var (answers, failures) = (0, 0)
        var lanes: Set<LaneKey> = []
        for second in latest {
            answers += second.answers
            failures += second.failures
            if lanes.count < Self.leastLanes { lanes.formUnion(second.lanes) }
        }
        guard answers + failures >= Self.leastAttempts, lanes.count >= Self.leastLanes,
            failures * 100 >= (answers + failures) * Self.leastPercentage
        else { return nil }
        return firstFailure(at: now)
    }

    /// The first failure of those that are not old.
    func firstFailure(at now: Moment) -> Moment? {
        latest.filter { $0.number > Self.number(now) - Int64(Self.seconds) }.compactMap(\.firstFailure).min()
    }

    private static func number(_ now: Moment) -> Int64 { now.nanoseconds / 1_000_000_000 }

    private mutating func current(_ now: Moment) -> Int {
        let number = Self.number(now)
        if latest.last?.number != number {
            latest.removeAll { $0.number <= number - Int64(Self.seconds) }
            latest.append(Second(number: number))
        }
        return latest.count - 1
    }
}
