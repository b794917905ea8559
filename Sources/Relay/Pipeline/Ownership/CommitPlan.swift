import KafkaClient
import Seams
import WorkerPool

/// What one attempt puts into the log, and what it leaves.
struct CommitPlan: Sendable {
    /// What goes in: the commit's map has room for all of it.
    var admitted: [SettlementQueue.Entry] = []
    /// What waits until the first unfinished record of its partition is finished: the map would not fit; and what comes
    /// later in its lane.
    var held: [SettlementQueue.Entry] = []
    /// What was settled under an assignment that is over: its record is another's.
    var stale: [SettlementQueue.Entry] = []
    /// What the commit says of each partition that has something admitted.
    var offsets: [TopicPartition: CommittedOffset] = [:]
    /// Those of them of which a step is admitted that finishes no record.
    var stepped: Set<TopicPartition> = []
    /// The assignments that the offsets belong to.
    var assignments: [TopicPartition: Generation] = [:]

    /// The plan with a mark of its own at the commit of each partition that has a step. Where records that are finished with
    /// the step leave no room for one, the commit moves with them and needs none.
    func marked(_ random: any RandomSource) -> CommitPlan {
        var plan = self
        for partition in stepped.sorted() {
            plan.offsets[partition] = offsets[partition].map { StepMark.marked($0, random: random) }
        }
        return plan
    }
}
