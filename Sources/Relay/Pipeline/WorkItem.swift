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
    /// A failed attempt of which a read must tell whether it was the change's own fault.
    struct Pending {
        var attempt: FailedAttempt
        var fault: GenesysError
        var ticket: ReadVerdicts.Ticket
    }

    struct Values {
        /// Those that have failed, as far as they are not known to be an outage's.
        fileprivate var failed: [FailedAttempt] = []
        fileprivate var pending: Pending?
        var requests = 0
        var correlationID: String?
        /// When the first attempt began.
        var begin: Moment?

        /// How many attempts have failed, some of them perhaps by an outage that was not known yet.
        var attempts: Int { failed.count }
        /// When the first of them began.
        var firstFailure: Moment? { failed.first?.begin }
    }

    private let values = Mutex(Values())

    var current: Values { values.withLock { $0 } }

    /// Notes the first attempt's moment; later attempts keep it.
    func begin(at moment: Moment) {
        values.withLock { if $0.begin == nil { $0.begin = moment } }
    }

    /// Adds what an attempt has spent.
    func add(_ tally: CallTally) {
        values.withLock { values in
            values.requests += tally.requests
            values.correlationID = tally.correlationID ?? values.correlationID
        }
    }

    /// Notes an attempt that has failed.
    func failed(_ attempt: FailedAttempt) {
        values.withLock { $0.failed.append(attempt) }
    }

    /// How many attempts have failed by the change's own fault. Those that outages excuse are forgotten, so there are
    /// never more than may be made.
    func ownAttempts(_ outages: @autoclosure () -> Outages) -> Int {
        values.withLock { values in
            guard !values.failed.isEmpty else { return 0 }
            let outages = outages()
            values.failed.removeAll { outages.excuse($0) }
            return values.failed.count
        }
    }

    /// Notes an attempt that waits for a read.
    func wait(_ pending: Pending) {
        values.withLock { $0.pending = pending }
    }

    /// The attempt that waits for a read; `resolve` is asked about it, and with an answer it waits no longer.
    func takePending(_ resolve: (ReadVerdicts.Ticket) -> Ruling?) -> (Pending, Ruling?)? {
        values.withLock { values in
            guard let pending = values.pending else { return nil }
            let ruling = resolve(pending.ticket)
            if ruling != nil { values.pending = nil }
            return (pending, ruling)
        }
    }
}
