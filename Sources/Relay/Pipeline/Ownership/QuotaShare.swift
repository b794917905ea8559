import GenesysCloud
import KafkaClient

/// What share of the group's quota a replica's partitions stand for: of each topic, its assigned partitions among all. So
/// the replicas' shares never sum to more than the quota, without a word between them.
struct QuotaShare: Sendable {
    /// What purges have of the quota where they are taken; what they leave unused goes to the replica's changes.
    static let purgePart = 0.05

    private struct Held {
        var partitions = 0
        var greatest: Int32 = 0

        mutating func add(_ partition: Int32) {
            partitions += 1
            greatest = max(greatest, partition)
        }
    }

    private let changesTopic: String
    private let purgesTopic: String?
    private var held: [String: Held] = [:]
    private var counts: [String: Int] = [:]

    /// - Parameter purgesTopic: Nil where purges are not taken: then changes have the whole quota.
    init(changesTopic: String, purgesTopic: String?) {
        self.changesTopic = changesTopic
        self.purgesTopic = purgesTopic
    }

    /// All partitions that are the replica's from now on.
    mutating func hold(_ partitions: [TopicPartition]) {
        held = [:]
        for partition in partitions {
            held[partition.topic, default: Held()].add(partition.partition)
        }
    }

    /// The topic has so many partitions, at least 1.
    mutating func count(_ count: Int, of topic: String) {
        counts[topic] = count
    }

    /// The topics of which partitions are held, in order.
    var topics: [String] { held.keys.sorted() }

    /// Those of them whose number of partitions is not known: they stand for nothing.
    var uncounted: [String] { topics.filter { counts[$0] == nil } }

    var share: RequestShare {
        guard let purgesTopic else { return RequestShare(changes: part(of: changesTopic), purges: 0) }
        return RequestShare(
            changes: (1 - Self.purgePart) * part(of: changesTopic), purges: Self.purgePart * part(of: purgesTopic))
    }

    private func part(of topic: String) -> Double {
        guard let held = held[topic], let count = counts[topic] else { return 0 }
        // A partition beyond the count tells that the topic has grown since it was asked for.
        return Double(held.partitions) / Double(max(count, Int(held.greatest) + 1))
    }
}
