import KafkaClient
import Seams
import WorkerPool

/// Which assigned partitions have work and do not get on with it, and since when: pure.
struct ProgressState {
    /// What moves when a partition gets on.
    struct Mark: Equatable {
        var generation: Generation
        /// What a commit would say: the position, and what is finished beyond it.
        var commit: CommittedOffset?
        /// One past the last record that was taken.
        var next: Int64?
    }

    /// How a partition looks at one moment.
    struct Sight {
        var mark: Mark
        /// Whether there are records that are taken and not finished.
        var hasWork: Bool
        /// The end of its log, where it is known.
        var logEnd: Int64?
    }

    private struct Entry {
        var mark: Mark
        var logEnd: Int64?
        var since: Moment
        var told: String?
    }

    /// What is worth telling.
    enum News: Equatable {
        case stalled(TopicPartition, for: Duration, because: String)
        case goesOn(TopicPartition, after: Duration)
    }

    private let limit: Duration
    private var entries: [TopicPartition: Entry] = [:]

    /// - Parameter limit: How long a partition with work may stand still unnoticed.
    init(limit: Duration) {
        self.limit = limit
    }

    /// Why partitions stand still that have been told of.
    var stalls: [TopicPartition: String] { entries.compactMapValues(\.told) }

    /// Looks at all assigned partitions that take records.
    ///
    /// One without work stands still only when its log has grown meanwhile, and by more than a transaction's marker: of the
    /// records below the end of a log some may be nobody's to read.
    ///
    /// - Parameter why: Asked for a partition that has stood still for too long.
    mutating func look(
        at sights: [TopicPartition: Sight], now: Moment, why: (TopicPartition) -> String
    ) -> [News] {
        var news: [News] = []
        for (partition, entry) in entries.sorted(by: { $0.key < $1.key }) where sights[partition]?.mark != entry.mark {
            if entry.told != nil { news.append(.goesOn(partition, after: now - entry.since)) }
            entries[partition] = nil
        }
        for (partition, sight) in sights.sorted(by: { $0.key < $1.key }) {
            guard let entry = entries[partition] else {
                entries[partition] = Entry(mark: sight.mark, logEnd: sight.logEnd, since: now)
                continue
            }
            // Not known before the first fetch has brought it.
            if entry.logEnd == nil { entries[partition]?.logEnd = sight.logEnd }
            let growth = (sight.logEnd ?? 0) - (entry.logEnd ?? sight.logEnd ?? 0)
            guard sight.hasWork || growth > 1 else {
                // Nothing to do is no standing still.
                if entry.told == nil { entries[partition]?.since = now }
                continue
            }
            guard now - entry.since >= limit else { continue }
            let reason = why(partition)
            guard reason != entry.told else { continue }
            entries[partition]?.told = reason
            news.append(.stalled(partition, for: now - entry.since, because: reason))
        }
        return news
    }
}
