/// What reaches the poll thread from others.
enum ConsumerCommand: Sendable {
    case pause([TopicPartition])
    case resume([TopicPartition])
    case acknowledged(id: Int)
    case prepared(Result<[TopicPartition: CommittedOffset], KafkaError>, [TopicPartition], id: Int)
    case measured(Result<KafkaWatermarks, KafkaError>, TopicPartition, position: Int64)
    case mailboxDrained
    case seek([TopicPartition: CommittedOffset], CheckedContinuation<Result<Void, KafkaError>, Never>)
    case sought(
        Result<Void, KafkaError>, [TopicPartition: CommittedOffset],
        CheckedContinuation<Result<Void, KafkaError>, Never>)
    case failed(KafkaError)
    /// - Parameter isAbandoned: whether nobody is left to acknowledge anything.
    case close(isAbandoned: Bool)
}
