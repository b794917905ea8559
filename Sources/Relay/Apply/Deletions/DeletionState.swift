import KafkaClient
import Seams

/// The deletions of all partitions of a replica: what is judged by, forgotten and over. Pure: the shell brings the time.
struct DeletionState: Sendable {
    private(set) var snapshot = DeletionMemory.Snapshot(entries: 0, forgotten: 0, unreadable: 0)
    private var tables: [TopicPartition: DeletionTable] = [:]
    private let retention: Int64
    private let capacity: Int

    init(retention: Duration, capacity: Int) {
        self.retention = retention.wholeMilliseconds
        self.capacity = max(capacity, 1)
    }

    mutating func begin(_ partition: TopicPartition) { replaceTable(of: partition, with: DeletionTable()) }

    mutating func drop(_ partition: TopicPartition) { replaceTable(of: partition, with: nil) }

    /// Takes a record that was read from the topic; nil is one that cannot be read.
    mutating func restore(_ deletion: Deletion?, to partition: TopicPartition, now: WallTime) {
        guard var deletion else {
            snapshot.unreadable += 1
            return
        }
        // Two lanes may have written about one resource in another order than they entered it.
        if let known = entry(named: deletion.key, in: partition, now) { deletion.marks.raise(to: known.marks) }
        insert(deletion, in: partition)
    }

    /// Takes a tombstone.
    mutating func forget(_ key: ResourceName, in partition: TopicPartition) {
        change(partition) { $0.remove(key) }
    }

    func marks(of names: DeletionNames, in partition: TopicPartition, now: WallTime) -> SequenceMarks {
        var marks = SequenceMarks()
        for name in names.all {
            if let known = entry(named: name, in: partition, now) { marks.raise(to: known.marks) }
        }
        return marks
    }

    /// Completes a deletion by what is known of the resource, and remembers it.
    mutating func enter(
        _ deletion: inout Deletion, _ names: DeletionNames, in partition: TopicPartition, now: WallTime
    ) {
        for known in names.all.compactMap({ tables[partition]?.entry(named: $0) }) {
            deletion.externalID = deletion.externalID ?? known.externalID?.id
            deletion.id = deletion.id ?? known.id?.id
        }
        deletion.externalID = deletion.externalID ?? names.recordKey
        deletion.marks.raise(to: marks(of: names, in: partition, now: now))
        insert(deletion, in: partition)
    }

    /// Takes out deletions whose time is over, of partitions whose table is whole.
    mutating func takeExpired(
        limit: Int, now: WallTime, where isWhole: (TopicPartition) -> Bool
    ) -> [(partition: TopicPartition, key: ResourceName)] {
        var taken: [(partition: TopicPartition, key: ResourceName)] = []
        for partition in tables.keys.sorted() where isWhole(partition) {
            while taken.count < limit, let oldest = tables[partition]?.oldest, isOver(oldest, now) {
                removeOldest(of: partition)
                if let key = oldest.key { taken.append((partition, key)) }
            }
        }
        return taken
    }

    // MARK: Tables

    private func isOver(_ entry: DeletionTable.Entry, _ now: WallTime) -> Bool {
        now.milliseconds - entry.deletedAt.milliseconds >= retention
    }

    private func entry(named name: ResourceName, in partition: TopicPartition, _ now: WallTime) -> DeletionTable.Entry?
    {
        guard let entry = tables[partition]?.entry(named: name), !isOver(entry, now) else { return nil }
        return entry
    }

    private mutating func insert(_ deletion: Deletion, in partition: TopicPartition) {
        // Not ours (any more): whoever owns it reads the record.
        guard tables[partition] != nil else { return }
        change(partition) { $0.insert(DeletionTable.Entry(deletion)) }
        while snapshot.entries > capacity {
            // Of each partition the first: records come nearly in the order of their deletions.
            let oldest = tables.compactMap { partition, table in table.oldest.map { ($0.deletedAt, partition) } }
            guard let partition = oldest.min(by: { $0 < $1 })?.1 else { return }
            removeOldest(of: partition)
            snapshot.forgotten += 1
        }
    }

    private mutating func removeOldest(of partition: TopicPartition) {
        change(partition) { $0.removeOldest() }
    }

    private mutating func change(_ partition: TopicPartition, _ body: (inout DeletionTable) -> Void) {
        guard let index = tables.index(forKey: partition) else { return }
        snapshot.entries -= tables.values[index].count
        body(&tables.values[index])
        snapshot.entries += tables.values[index].count
    }

    private mutating func replaceTable(of partition: TopicPartition, with table: DeletionTable?) {
        snapshot.entries -= tables[partition]?.count ?? 0
        tables[partition] = table
    }
}
