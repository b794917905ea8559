import GenesysCloud
import KafkaClient
import Seams
import Synchronization
import WorkerPool

/// A record on its way through the pool.
struct WorkItem: PoolItem {
    /// As received: a dead letter is made from it.
    let record: KafkaRecord
    let decoded: DecodedRecord
    let change: ResourceChange
    let generation: Generation
    let progress = Progress()

    var partition: TopicPartition { record.partition }
}

/// What has been spent on a record so far. It belongs to the task that runs the record's lane; the lock is only there
/// because tasks follow one another.
final class Progress: Sendable {
    struct Values {
        var attempts = 0
        var requests = 0
        var correlationID: String?
        /// When the first attempt began, and how much outage there had been by then.
        var begin: (moment: Moment, outages: Duration)?
    }

    private let values = Mutex(Values())

    var current: Values { values.withLock { $0 } }

    /// Notes the first attempt's moment; later attempts keep it.
    func begin(at moment: Moment, outages: Duration) {
        values.withLock { if $0.begin == nil { $0.begin = (moment, outages) } }
    }

    /// Adds what an attempt has spent; `counts` says whether it was an attempt at all, or an outage or a wait.
    func add(_ tally: CallTally, counts: Bool) {
        values.withLock { values in
            values.requests += tally.requests
            values.correlationID = tally.correlationID ?? values.correlationID
            if counts { values.attempts += 1 }
        }
    }
}
