/// A member of a consumer group, as the pipeline sees it: the seam behind which librdkafka or a simulated broker stands.
///
/// Whoever implements it goes on polling whatever the caller does, so that a slow pipeline never leaves the group.
public protocol KafkaConsuming: Sendable {
    /// All that has happened since the last call, in order; waits until there is something.
    ///
    /// One task calls it at a time. An empty array means that the consumer is closed and nothing more will come.
    func nextEvents() async -> [KafkaConsumerEvent]

    /// Stops fetching from partitions that are assigned; those that are not, or are paused already, are passed over.
    /// Records that were fetched before may still come.
    func pause(_ partitions: [TopicPartition])

    /// Fetches again from partitions that `pause` stopped; others are passed over.
    func resume(_ partitions: [TopicPartition])

    /// Commits offsets (the next record to read), each with metadata text of at most 4,096 ASCII bytes.
    ///
    /// - Throws: `KafkaError`, with the first element's error where only some could be committed.
    func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws(KafkaError)

    /// What the group has committed; a partition without a committed offset has no entry.
    func committed(_ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: CommittedOffset]

    /// The member's place in its group now, for a transaction that carries offsets. Ask anew for each transaction.
    ///
    /// - Throws: `KafkaError` with the code `_STATE`, retriable, while the member is in no group, and while an event about
    ///   partitions that were assigned or lost has not been worked through: it has been when `nextEvents` is called again
    ///   after handing it out. So offsets of an assignment that is over never travel with the place of a newer one, which
    ///   a broker could not tell apart, nor with no place at all, which it would take unseen.
    func groupMetadata() async throws(KafkaError) -> KafkaGroupMetadata

    /// How the poll loop is doing: cheap, and asked before each write.
    var pulse: PollPulse { get }

    /// The end of an assigned partition's log, its high watermark, as the last fetch brought it: a lower position means that
    /// records may be still to come. Local, without a request; nil where nothing has been fetched yet.
    ///
    /// It counts markers and records that are aborted or undecided too, so a partition may have nothing to read at a
    /// position below it.
    func logEnd(of partition: TopicPartition) -> Int64?

    /// Where the reading of a partition begins of which the group has committed nothing: the start of its log, or its end,
    /// by `auto.offset.reset`. Asks the cluster.
    func startOfReading(_ partition: TopicPartition) async throws(KafkaError) -> Int64

    /// How many partitions a topic has, by the cluster's own word now. Asks the cluster.
    ///
    /// - Throws: `KafkaError`, with the code `UNKNOWN_TOPIC_OR_PART` where there is no such topic.
    func partitionCount(of topic: String) async throws(KafkaError) -> Int

    /// Leaves the group: a last `revoked` event comes first and must be acknowledged; then `nextEvents` ends.
    /// Returns when the member has left and the client's memory is freed. Calling it again waits for the same end.
    func close() async
}

/// What a consumer has to say.
public enum KafkaConsumerEvent: Sendable {
    /// Records of assigned partitions; those of one partition in the order of their offsets.
    case records([KafkaRecord])
    /// Partitions that are the member's from now on, in order. Their records come after this event. Empty for a member that
    /// has joined a group with more members than partitions.
    case assigned([AssignedPartition])
    /// Partitions that the group wants back. They are the member's until `acknowledgement` is called: finish, commit,
    /// then call it, within the session time-out.
    case revoked([TopicPartition], acknowledgement: RevocationAcknowledgement)
    /// Partitions that are another member's already: drop their work and commit nothing.
    case lost([TopicPartition])
    /// A partition that stands still because its committed offset is no longer in the log: what was lost is
    /// `committed ..< logStart`. Nothing of the partition comes until the consumer is made anew with
    /// `acceptLostRange`.
    case lostRange(TopicPartition, committed: Int64, logStart: Int64)
    /// Something that librdkafka reports and mostly mends by itself; `isFatal` ends the consumer.
    case error(KafkaError)
}

/// A partition that the group has given to the member.
public struct AssignedPartition: Sendable, Hashable {
    /// The partition.
    public var partition: TopicPartition
    /// What the group had committed when it was assigned, its metadata included; nil where there was nothing.
    public var committed: CommittedOffset?

    /// Makes one.
    public init(_ partition: TopicPartition, committed: CommittedOffset? = nil) {
        self.partition = partition
        self.committed = committed
    }
}

/// The poll loop of a group member, whose standing still is how a member finds out that it may have been thrown out.
public struct PollPulse: Sendable, Hashable {
    /// How long ago the loop went round.
    public var age: Duration
    /// How often it has stood still for longer than half a session time-out. A process that was stopped and woke up shows
    /// either a great age or one stall more than before, whichever of its threads wakes first.
    public var stalls: Int

    /// Makes one.
    public init(age: Duration, stalls: Int) {
        self.age = age
        self.stalls = stalls
    }
}

/// Lets go of revoked partitions. Calling it more than once does nothing more.
public struct RevocationAcknowledgement: Sendable {
    private let body: @Sendable () -> Void

    /// Makes one that runs `body`, which must bear being called from any thread.
    public init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    /// Lets go.
    public func callAsFunction() {
        body()
    }
}

/// An offset to commit, or one that was committed.
public struct CommittedOffset: Sendable, Hashable {
    /// The next record to read.
    public var offset: Int64
    /// The text that travels with it; empty where there is none.
    public var metadata: String

    /// Makes one.
    public init(_ offset: Int64, metadata: String = "") {
        self.offset = offset
        self.metadata = metadata
    }
}
