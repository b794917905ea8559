/// Records of one partition that are handed over together.
struct RecordBatch {
    private static let mostRecords = 500
    private static let mostBytes = 1 << 20

    private(set) var records: [KafkaRecord] = []
    private var size = 0

    var isEmpty: Bool { records.isEmpty }
    var isFull: Bool { records.count >= Self.mostRecords || size >= Self.mostBytes }
    /// Nil while it is empty.
    var partition: TopicPartition? { records.first?.partition }

    mutating func append(_ record: KafkaRecord) {
        records.append(record)
        size += (record.key?.count ?? 0) + (record.value?.count ?? 0)
    }

    mutating func clear() {
        records.removeAll(keepingCapacity: true)
        size = 0
    }
}
