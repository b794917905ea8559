import KafkaClient
import Seams
import WorkerPool

/// How partitions are left in order, when they are revoked or the worker stops: as little as possible is finished and
/// not committed, because the next owner does that again.
///
/// Only the finished prefix of a partition can be committed. So what waits below the highest offset that is finished or
/// in hand is worked off within the grace period, and what lies beyond is dropped. What is parked is not waited for:
/// it, and what is finished beyond it, comes again.
struct Departure: Sendable {
    /// How long outcomes and offsets may take to be written where the grace period leaves less.
    static let writingTime = Duration.seconds(5)

    let ledgers: PartitionLedgers
    let pool: WorkerPool<LaneKey, WorkItem>
    let writer: SettlementWriter
    let stop: StopSignal
    let time: any TimeSource

    /// Ends the taking of records and drops what is not worth finishing; gives back the partitions that are ours.
    func begin(_ partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        let leaving = ledgers.drain(partitions)
        pool.windDown(Array(leaving.keys)) { [ledgers] inHand in
            // Inside the pool's lock: what is not in hand there has been settled, so nothing falls between the two.
            let bounds = ledgers.bound(leaving, inHand: inHand)
            return { item in item.record.offset > bounds[item.partition] ?? -1 }
        }
        return leaving
    }

    /// Lets what is left be worked off, until the deadline or until somebody hurries, and drops the rest. True when
    /// nothing was in hand at the end.
    func workOff(_ leaving: [TopicPartition: Generation], by deadline: Moment) async -> Bool {
        let partitions = Array(leaving.keys)
        await stop.unless(.hurry) { [pool] in _ = await pool.workedOff(partitions, by: deadline) }
        pool.revoke(leaving)
        await stop.unless(.hurry) { [pool] in _ = await pool.drained(partitions, by: deadline) }
        return await pool.drained(partitions, by: time.now)
    }

    /// Waits until what is settled is written and committed, until the moment or until it is abandoned.
    func write(by deadline: Moment) async {
        await stop.unless(.abandon) { [time, writer] in await time.run(until: deadline) { await writer.flush() } }
    }
}
