import Seams

/// How long a running job is left alone between two questions. Pure.
struct PollInterval {
    /// No interval grows beyond this.
    private static let longest = Duration.seconds(300)

    /// For a young job (`purge.pollInterval`).
    let base: Duration

    /// The wait before a job's next poll: the base, or a twentieth of the job's age where that is longer, and a tenth of that
    /// more or less.
    func wait(afterAge age: Duration, random: any RandomSource) -> Duration {
        let interval = max(base, min(age / 20, Self.longest))
        return interval * 9 / 10 + random.duration(upTo: interval / 5)
    }

    /// The wait before the first poll after a restart: spread, so that not all become due at once.
    func spread(random: any RandomSource) -> Duration {
        random.duration(upTo: base)
    }
}
