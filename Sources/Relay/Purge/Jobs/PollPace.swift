import Seams

/// When running jobs are asked after: each at its own interval, and all together no faster than their share of the replica's
/// requests. Pure.
struct PollPace {
    /// The share of the replica's requests that goes into polls, however many jobs there are.
    static let share = 0.1
    /// No interval grows beyond this.
    private static let longest = Duration.seconds(300)

    private let interval: Duration
    /// Between two polls of whatever jobs; nil where requests are not paced.
    private let spacing: Duration?
    private var nextFree = Moment.start

    /// - Parameters:
    ///   - interval: For a young job (`purge.pollInterval`).
    ///   - requestsPerMinute: The replica's; nil is no pace.
    init(interval: Duration, requestsPerMinute: Double?) {
        self.interval = interval
        spacing = requestsPerMinute.map { .seconds(60 / ($0 * Self.share)) }
    }

    /// Takes the next place in the line of all polls: the moment at which the poll may be made.
    mutating func reserve(at now: Moment) -> Moment {
        let slot = max(now, nextFree)
        if let spacing { nextFree = slot + spacing }
        return slot
    }

    /// Gives up all places from `slot` on.
    mutating func moveUp(to slot: Moment) {
        nextFree = min(nextFree, slot)
    }

    /// The wait before a job's next poll: its interval, or a twentieth of its age where that is longer, and a tenth of that
    /// more or less.
    func wait(afterAge age: Duration, random: any RandomSource) -> Duration {
        let base = max(interval, min(age / 20, Self.longest))
        return base * 9 / 10 + random.duration(upTo: base / 5)
    }

    /// The wait before the first poll after a restart: spread, so that not all ask at once.
    func spread(random: any RandomSource) -> Duration {
        random.duration(upTo: interval)
    }
}
