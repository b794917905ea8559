/// Who hears what librdkafka has to say beside its results.
///
/// The closures are called on a thread of the client's, one at a time for each client; they must be quick and must not
/// call the client.
public struct KafkaObserver: Sendable {
    /// A log line of librdkafka's.
    public var log: @Sendable (KafkaLogLine) -> Void
    /// librdkafka's statistics as JSON (`STATISTICS.md` of the library), each `statistics.interval.ms`, which is off
    /// unless that property is set.
    public var statistics: @Sendable (String) -> Void

    /// Makes one; what is not given is not heard.
    public init(
        log: @escaping @Sendable (KafkaLogLine) -> Void = { _ in },
        statistics: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.log = log
        self.statistics = statistics
    }

    /// Hears nothing.
    public static let silent = KafkaObserver()
}

/// A log line of librdkafka's.
public struct KafkaLogLine: Sendable, Equatable {
    /// As in syslog: 0 is an emergency, 3 an error, 4 a warning, 6 information, 7 debugging.
    public var level: Int
    /// librdkafka's short word for the place, such as `FAIL`.
    public var facility: String
    /// The line.
    public var text: String
    /// The client's name in librdkafka, such as `contact-relay#consumer-1`.
    public var client: String

    /// Makes one.
    public init(level: Int, facility: String, text: String, client: String) {
        self.level = level
        self.facility = facility
        self.text = text
        self.client = client
    }
}
