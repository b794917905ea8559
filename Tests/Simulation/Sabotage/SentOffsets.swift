import KafkaClient

/// Commits without the marks of steps: what was sent with a mark goes without, and what stands without it is given back
/// with the mark that was sent last.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SentOffsets: @unchecked Sendable {
    private var last: [TopicPartition: CommittedOffset] = [:]

    func unmarked(_ offsets: [TopicPartition: CommittedOffset]) -> [TopicPartition: CommittedOffset] {
        last = offsets
        return offsets.mapValues(Self.unmarked)
    }

    func marked(_ standing: [TopicPartition: CommittedOffset]) -> [TopicPartition: CommittedOffset] {
        var marked = standing
        for (partition, offset) in last where standing[partition] == Self.unmarked(offset) {
            marked[partition] = offset
        }
        return marked
    }

    private static func unmarked(_ offset: CommittedOffset) -> CommittedOffset {
        CommittedOffset(offset.offset, metadata: String(offset.metadata.prefix { $0 != " " }))
    }
}
