import KafkaClient
import Seams
import WorkerPool

/// How partitions are left in order, when they are revoked or the worker stops: what runs may finish, what waits is left to
/// the next owner, and all that is finished is committed, in whatever order it finished (`CommitMap`).
struct Departure: Sendable {
    /// How long outcomes and offsets may take to be written where the grace period leaves less.
    static let writingTime = Duration.seconds(5)

    let ledgers: PartitionLedgers
    let pool: WorkerPool<LaneKey, WorkItem>
    var purges: PurgeDesk?
    let writer: SettlementWriter
    var quota: QuotaKeeper?
    let stop: StopSignal
    /// How long a request may be on the wire.
    let requestTimeout: Duration
    let time: any TimeSource

    /// Ends the taking of records and drops what waits; gives back the partitions that are ours.
    func begin(_ partitions: [TopicPartition]) -> [TopicPartition: Generation] {
        let leaving = ledgers.drain(partitions)
        pool.revoke(leaving)
        purges?.revoke(leaving)
        return leaving
    }

    /// Lets what runs finish, until the deadline or until somebody hurries. After that nothing more is written, but what is
    /// on the wire is awaited as long as its request may take: if it landed after the next owner's write, it would undo it.
    /// True when all that ran had finished in time.
    func workOff(_ leaving: [TopicPartition: Generation], by deadline: Moment) async -> Bool {
        let partitions = Array(leaving.keys)
        // A worker that stops waits for them already when its group asks them back, or has waited: not for longer, but no
        // shorter either, for another member may come in the middle of it.
        if let last = ledgers.withdrawal(of: leaving) {
            await stop.unless(.abandon) { _ = await drained(partitions, by: last) }
            return await drained(partitions, by: time.now)
        }
        await leavingTheGate(by: deadline) {
            await stop.unless(.hurry) { _ = await drained(partitions, by: deadline) }
        }
        if await drained(partitions, by: time.now) { return true }
        // A purge's answer is written by who asked, so it has the time for that too.
        let last = time.now + requestTimeout + (purges == nil ? .zero : Self.writingTime)
        ledgers.withdraw(leaving, until: last)
        await leavingTheGate(by: time.now) {
            await stop.unless(.abandon) { _ = await drained(partitions, by: last) }
        }
        return false
    }

    /// What waits for the API to want requests again, after the deadline, would keep the partitions for nothing.
    private func leavingTheGate(by deadline: Moment, _ body: () async -> Void) async {
        guard let quota else { return await body() }
        await quota.leaving(by: deadline, body)
    }

    private func drained(_ partitions: [TopicPartition], by deadline: Moment) async -> Bool {
        let areDone = await pool.drained(partitions, by: deadline)
        guard let purges else { return areDone }
        return await purges.drained(partitions, by: deadline) && areDone
    }

    /// Waits until what is settled is written and committed, until the moment or until it is abandoned.
    func write(by deadline: Moment) async {
        await stop.unless(.abandon) { [time, writer] in await time.run(until: deadline) { await writer.flush() } }
    }
}
