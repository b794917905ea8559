/// A producer, as the pipeline sees it: the seam behind which librdkafka or a simulated broker stands.
public protocol KafkaProducing: Sendable {
    /// Produces records and waits until each is acknowledged or has failed; the results stand in the order of the
    /// records. Records for one partition arrive in their order. A full queue is waited out, not an error.
    ///
    /// In a transaction a record that fails asks for its abort, whether or not the commit would: one that is larger than
    /// this client's own limit is left out without a word. What was sent in one request fails together, so of several
    /// records with `MSG_SIZE_TOO_LARGE` one was. Once the transaction must be aborted, records fail with `_STATE`.
    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>]

    /// Registers the transactional id, ends what was left open under it, and fences whoever had it before. Once, before the
    /// first transaction; and again after `_FENCED`, which ends the client: then a new one takes its place.
    func initTransactions() async throws(KafkaError)

    /// Starts a transaction: what is produced from now on belongs to it.
    func beginTransaction() async throws(KafkaError)

    /// Adds the group's offsets to the transaction.
    func sendOffsets(_ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata) async throws(KafkaError)

    /// Commits the transaction. See `KafkaError.transaction` for what an error asks for.
    func commitTransaction() async throws(KafkaError)

    /// Aborts the transaction.
    func abortTransaction() async throws(KafkaError)

    /// Waits for what is under way, then frees the client. Calling it again waits for the same end.
    func close() async
}

/// A record to produce.
public struct ProducerRecord: Sendable, Equatable {
    /// The topic's name.
    public var topic: String
    /// A partition's number, or nil to let the key decide, as Java's producer does it (`murmur2_random`).
    public var partition: Int32?
    /// Nil is a record without a key.
    public var key: [UInt8]?
    /// Nil is a tombstone.
    public var value: [UInt8]?
    /// In this order.
    public var headers: [KafkaHeader]
    /// Milliseconds since 1970; nil is now.
    public var timestamp: Int64?

    /// Makes a record.
    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

/// Where a produced record stands.
public struct ProducedRecord: Sendable, Hashable {
    /// Its partition.
    public var partition: TopicPartition
    /// Its offset.
    public var offset: Int64

    /// Makes one.
    public init(partition: TopicPartition, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// A member's place in its group at one moment: opaque bytes that only a broker reads.
public struct KafkaGroupMetadata: Sendable, Hashable {
    /// As librdkafka serialises it.
    public var bytes: [UInt8]

    /// Makes one from its serialised form.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
