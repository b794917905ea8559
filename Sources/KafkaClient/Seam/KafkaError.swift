/// A fault of the Kafka client or of a broker.
///
/// Its description is safe to log: librdkafka's name for the code and its words, never a key or a value.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// What an error in a transaction asks for, in the order in which the flags are to be looked at.
    public enum TransactionVerdict: Sendable {
        /// `abortTransaction`, then the work again in a new one. After a record that a broker refused as too large, librdkafka
        /// lets the next transaction fail too (`OUT_OF_ORDER_SEQUENCE_NUMBER`, its records `_PURGE_QUEUE`): that one asks
        /// for the same and means nothing.
        case abort
        /// The same call again, after a pause.
        case retry
        /// The producer is done for: fenced, or something that no one foresaw. `_FENCED` means another producer with the id,
        /// or that the transaction was open for longer than `transaction.timeout.ms`: librdkafka does not tell them apart,
        /// and after the second a new producer with the same id goes on.
        case fatal
    }

    /// librdkafka's name for its code, without the prefix: `_TIMED_OUT`, `UNKNOWN_TOPIC_OR_PART`, ….
    public var code: String
    /// librdkafka's or the broker's words.
    public var message: String
    /// Whether the same call may succeed later.
    public var isRetriable: Bool
    /// Whether the client cannot go on.
    public var isFatal: Bool
    /// For errors of a transactional producer, those of single records included; `fatal` unless a flag says otherwise.
    public var transaction: TransactionVerdict

    /// Makes an error; the flags are false, and the verdict fatal, unless given.
    public init(
        code: String, message: String, isRetriable: Bool = false, isFatal: Bool = false,
        transaction: TransactionVerdict = .fatal
    ) {
        self.code = code
        self.message = message
        self.isRetriable = isRetriable
        self.isFatal = isFatal
        self.transaction = transaction
    }

    public var description: String { "\(code): \(message)" }
}
