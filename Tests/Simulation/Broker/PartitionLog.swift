import KafkaClient

/// One partition's log: records, holes where control records stand, and transactions that are not decided yet.
struct PartitionLog {
    struct Entry {
        var offset: Int64
        var record: KafkaRecord
        /// The transaction that it belongs to.
        var transaction: Int?
    }

    private(set) var entries: [Entry] = []
    /// The offset of the next record: the high watermark as a reader of uncommitted records sees it.
    private(set) var end: Int64 = 0
    /// The first offset of each open transaction.
    private var open: [Int: Int64] = [:]
    private var aborted: Set<Int> = []

    /// Up to here everything is decided.
    var lastStableOffset: Int64 { open.values.min() ?? end }

    mutating func append(_ record: ProducerRecord, to partition: TopicPartition, at time: Int64, _ transaction: Int?)
        -> Int64
    {
        let offset = end
        end += 1
        if let transaction, open[transaction] == nil { open[transaction] = offset }
        entries.append(
            Entry(
                offset: offset,
                record: KafkaRecord(
                    partition: partition, offset: offset, timestamp: record.timestamp ?? time, key: record.key,
                    value: record.value, headers: record.headers),
                transaction: transaction))
        return offset
    }

    /// A control record, of a transaction of ours or of somebody else's.
    mutating func mark(_ transaction: Int?, isCommit: Bool) {
        end += 1
        guard let transaction else { return }
        open[transaction] = nil
        if !isCommit { aborted.insert(transaction) }
    }

    /// The committed records from `offset` on, at most `limit`, and where to read on.
    func read(from offset: Int64, limit: Int) -> (records: [KafkaRecord], next: Int64) {
        let stable = lastStableOffset
        var index = firstIndex(atOrAfter: offset)
        var records: [KafkaRecord] = []
        while index < entries.count, entries[index].offset < stable {
            if records.count == limit { return (records, entries[index].offset) }
            let entry = entries[index]
            if entry.transaction.map({ !aborted.contains($0) }) ?? true { records.append(entry.record) }
            index += 1
        }
        return (records, max(stable, offset))
    }

    private func firstIndex(atOrAfter offset: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
