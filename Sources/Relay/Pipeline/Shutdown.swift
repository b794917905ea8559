import KafkaClient
import Observability
import Seams
import WorkerPool

/// The worker's end, step by step, each with its time: stop intake, drain, commit, leave the group. What comes after that,
/// flush and close, is the caller's who owns the producer.
struct Shutdown: Sendable {
    let consumer: any KafkaConsuming
    let ledgers: PartitionLedgers
    let pool: WorkerPool<LaneKey, WorkItem>
    let flow: FlowControl
    let purges: PurgeDesk?
    let writer: SettlementWriter
    let departure: Departure
    let stop: StopSignal
    let health: HealthBoard
    let gracePeriod: Duration
    let leaveTime: Duration
    let time: any TimeSource
    let logger: Logger

    /// Waits for the signal, then goes through the steps. Each of them ends, whatever hangs.
    func run() async {
        await stop.reached(.drain)
        let deadline = time.now + gracePeriod
        health.report(.stopping, "the worker is told to stop")
        flow.set(.stopping) { true }
        let leaving = departure.begin(ledgers.assigned)
        logger.notice("stopping, step 1 of 6: intake stopped", ["running": "\(pool.snapshot.running)"])

        await step("stopping, step 2 of 6: drain, what runs may finish", allowed: gracePeriod) {
            if await !departure.workOff(leaving, by: deadline) {
                logger.warning("stopping: what did not finish is left to the next owner of its partition")
            }
        }
        let isHurried = stop.level >= .hurry
        // What is not in hand of anybody waits for nobody any more.
        stop.raise(to: .hurry)
        let allowed = isHurried ? Departure.writingTime : max(deadline - time.now, Departure.writingTime)
        await step("stopping, step 3 of 6: commit what is settled", allowed: allowed) {
            await departure.write(by: time.now + allowed)
            if writer.backlog > 0 {
                logger.warning(
                    "stopping: outcomes or offsets are left unwritten, their records come again",
                    ["count": "\(writer.backlog)"])
                stop.raise(to: .abandon)
            }
        }
        await step("stopping, step 4 of 6: leave the group", allowed: leaveTime) { await consumer.close() }
        pool.close()
        purges?.close()
        writer.close()
        // With nothing in hand it may still hang: while it makes ready, or in a commit for the sake of its answer.
        await time.run(until: time.now + Departure.writingTime) { await writer.ended() }
        stop.raise(to: .abandon)
    }

    private func step(_ text: String, allowed: Duration, _ body: () async -> Void) async {
        let began = time.now
        logger.notice(text, ["allowedMs": "\(allowed.wholeMilliseconds)"])
        await body()
        logger.info(text + ": done", ["tookMs": "\((time.now - began).wholeMilliseconds)"])
    }
}
