import Synchronization

/// Who finds that the API's purge calls do not answer as they should: reported on the health board while there is anybody.
final class PurgeFaults: Sendable {
    enum Source: Hashable {
        /// The questions after running jobs, all together.
        case polls
        /// What submissions need, all together.
        case submissions
    }

    private let sources = Mutex<Set<Source>>([])
    private let health: HealthBoard

    init(health: HealthBoard) {
        self.health = health
    }

    /// Reports a fault; gives back whether it is the first.
    func report(_ source: Source, _ sentence: String) -> Bool {
        // Under the lock: who is the last to be rid of a fault must not take a report down that came after it.
        sources.withLock { sources in
            let isFirst = sources.isEmpty
            sources.insert(source)
            health.report(.purges, sentence)
            return isFirst
        }
    }

    /// It finds none any more, or nobody is left to ask; gives back whether it was the last that did.
    @discardableResult
    func clear(_ source: Source) -> Bool {
        sources.withLock { sources in
            guard sources.remove(source) != nil, sources.isEmpty else { return false }
            health.clear(.purges)
            return true
        }
    }
}
