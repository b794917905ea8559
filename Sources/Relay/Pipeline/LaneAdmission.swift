import GenesysCloud
import KafkaClient
import Observability
import Seams
import WorkerPool

/// Whether a lane may be worked on now, and until when what it writes may be written.
struct LaneAdmission: Sendable {
    enum Answer {
        case now(WritePermit)
        case later(ParkReason)
    }

    /// How long a lane waits before it asks again, where nobody wakes it.
    static let patience = Duration.seconds(1)

    let ledgers: PartitionLedgers
    let fence: WriteFence
    let restorations: Restorations
    /// Has a commit made that shows whether the group still knows this member.
    let prove: @Sendable () -> Void
    let logger: Logger

    func admit(_ items: [WorkItem]) -> Answer {
        // Mostly one: a lane's records have one key.
        var assignments: [TopicPartition: Generation] = [:]
        for item in items where assignments[item.partition] == nil { assignments[item.partition] = item.generation }
        return admit(assignments)
    }

    func admit(_ assignments: [TopicPartition: Generation]) -> Answer {
        if let partition = assignments.keys.sorted().first(where: restorations.isPending) {
            return .later(.restoring(partition))
        }
        guard let pass = fence.pass() else {
            if fence.noteDoubt() {
                logger.warning("the poll loop stood still: nothing is written before the group has taken a commit")
            }
            prove()
            return .later(.membership)
        }
        let (ledgers, fence) = (ledgers, fence)
        return .now(
            WritePermit {
                fence.permits(pass) && assignments.allSatisfy { ledgers.mayWrite($0.key, $0.value) }
            })
    }
}

extension ParkReason {
    /// The lane waits until its partition's compacted state has been read.
    static func restoring(_ partition: TopicPartition) -> ParkReason {
        ParkReason(kind: "restoring", subject: partition.description)
    }

    /// Nobody knows whether this replica is still a member of its group.
    static let membership = ParkReason(kind: "membership")
}
