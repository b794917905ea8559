/// What an item of the pool must tell about itself; both must stay the same while the pool holds it.
public protocol PoolItem: Sendable {
    /// What is assigned and revoked as a whole; for Kafka a topic and its partition.
    associatedtype Partition: Hashable & Sendable

    /// Where the item came from.
    var partition: Partition { get }

    /// The assignment of `partition` under which the item was read.
    var generation: Generation { get }
}
