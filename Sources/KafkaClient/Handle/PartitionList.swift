internal import CRdKafka
internal import Glibc

/// librdkafka's list of partitions, lent to a closure and destroyed after it: a list that is never destroyed makes
/// `rd_kafka_destroy` wait for ever.
enum PartitionList {
    struct Entry {
        var partition: TopicPartition
        var offset: Int64
        var metadata: String
        var error: KafkaError?
    }

    typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    static func with<Answer>(_ partitions: [TopicPartition], _ body: (Pointer) -> Answer) -> Answer {
        with(offsets: partitions.map { ($0, CommittedOffset(Int64(RD_KAFKA_OFFSET_INVALID))) }, body)
    }

    static func with<Answer>(
        offsets: [(TopicPartition, CommittedOffset)], _ body: (Pointer) -> Answer
    ) -> Answer {
        // The library aborts the process itself when it has no memory; it never answers nil.
        let list = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count))!
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for (partition, committed) in offsets {
            guard let element = rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition) else {
                continue
            }
            element.pointee.offset = committed.offset
            if !committed.metadata.isEmpty {
                // Destroying the list frees it.
                element.pointee.metadata = UnsafeMutableRawPointer(strdup(committed.metadata))
                element.pointee.metadata_size = committed.metadata.utf8.count
            }
        }
        return body(list)
    }

    static func entries(of list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [Entry] {
        guard let list else { return [] }
        return UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)).map { element in
            Entry(
                partition: TopicPartition(
                    element.topic.map { String(cString: $0) } ?? "", element.partition),
                offset: element.offset,
                metadata: String(
                    decoding: bytes(at: element.metadata, count: element.metadata_size) ?? [], as: UTF8.self),
                error: KafkaError(element.err))
        }
    }

    /// An overload for the mutable lists that most calls fill in.
    static func entries(of list: Pointer?) -> [Entry] {
        entries(of: list.map { UnsafePointer($0) })
    }

    /// The first element's error: many calls report a partial failure only there.
    static func firstError(in list: Pointer) -> KafkaError? {
        entries(of: list).lazy.compactMap(\.error).first
    }

    /// What has an offset of its own; a partition without a committed one has none.
    static func offsets(in list: Pointer) -> [TopicPartition: CommittedOffset] {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for entry in entries(of: list) where entry.offset >= 0 && entry.error == nil {
            offsets[entry.partition] = CommittedOffset(entry.offset, metadata: entry.metadata)
        }
        return offsets
    }
}
