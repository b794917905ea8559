import Seams

/// How long is waited before somebody tries whether the API's purge calls answer again: one for all who wait.
enum ProbePause {
    private static let shortest = Duration.seconds(1)
    private static let mostGrowth = Duration.seconds(9)

    /// From one second to ten: so an API that is down gets at most one request a second, and one that is back is found soon.
    ///
    /// - Parameter failures: In a row, at least 1.
    static func length(afterFailures failures: Int, random: any RandomSource) -> Duration {
        shortest + random.duration(upTo: min(mostGrowth, shortest * (1 << min(max(failures - 1, 0), 10))))
    }
}
