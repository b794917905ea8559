import CommandLineParsing
import Configuration
import KafkaClient

/// Where the good events of a file come from when they are to be produced.
enum EventSource: Sendable {
    /// Read once more.
    case file(String)
    /// Kept, since the file cannot be read again.
    case kept([CheckedEvent])
}

/// Produces checked events and counts what the broker acknowledges.
struct Emitter: Sendable {
    /// How many events are under way at once.
    static let batchSize = 2000
    /// How long a record may wait for its acknowledgement, unless `kafka.properties` says otherwise: a person waits.
    static let patience = Duration.seconds(30)

    private let producer: any KafkaProducing
    private let check: LineCheck
    private let servers: String
    private let lastWords: LastWords

    /// Makes a producer.
    ///
    /// - Throws: `CommandFailure` (78) where librdkafka refuses the settings.
    init(settings: KafkaSettings, check: LineCheck) throws(CommandFailure) {
        let own = try settings.clientSettings()
        let lastWords = LastWords()
        do throws(KafkaError) {
            let limited = try KafkaClientSettings(
                bootstrapServers: own.bootstrapServers,
                properties: [("message.timeout.ms", String(Self.patience.components.seconds * 1000))] + own.properties)
            let producer = try KafkaProducer(settings: limited, observer: lastWords.observer)
            self.init(producer: producer, check: check, servers: own.bootstrapServers, lastWords: lastWords)
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error.message)")
        }
    }

    init(producer: any KafkaProducing, check: LineCheck, servers: String, lastWords: LastWords = LastWords()) {
        self.producer = producer
        self.check = check
        self.servers = servers
        self.lastWords = lastWords
    }

    /// Produces all events in their order and waits for the acknowledgements.
    ///
    /// - Returns: how many were acknowledged: all of them, each on the topic of its type.
    /// - Throws: `CommandFailure` with the number that was: 69 for the broker's fault, 65 for an event that is too large
    ///   or a file that has changed since it was checked.
    func emit(_ sources: [EventSource]) async throws(CommandFailure) -> EmittedCounts {
        var acknowledged = EmittedCounts()
        var batch: [CheckedEvent] = []
        for source in sources {
            switch source {
            case .kept(let events):
                for event in events { try await add(event, to: &batch, &acknowledged) }
            case .file(let file):
                try await emit(file: file, &batch, &acknowledged)
            }
        }
        try await produce(&batch, &acknowledged)
        return acknowledged
    }

    func close() async { await producer.close() }

    private func emit(
        file: String, _ batch: inout [CheckedEvent], _ acknowledged: inout EmittedCounts
    ) async throws(CommandFailure) {
        var reader: LineReader
        do throws(FileError) { reader = try LineReader(file) } catch { throw changed("\(error)", acknowledged) }
        while true {
            let line: [UInt8]?
            do throws(FileError) { line = try reader.next() } catch { throw changed("\(error)", acknowledged) }
            guard let line else { return }
            let (record, findings) = check.examine(line, file: file, number: reader.number)
            if let record {
                try await add(CheckedEvent(file: file, line: reader.number, record: record), to: &batch, &acknowledged)
            } else if let finding = findings.first {
                throw changed("\(file) has changed since it was checked: \(finding.text)", acknowledged)
            }
        }
    }

    private func add(
        _ event: CheckedEvent, to batch: inout [CheckedEvent], _ acknowledged: inout EmittedCounts
    ) async throws(CommandFailure) {
        batch.append(event)
        if batch.count == Self.batchSize { try await produce(&batch, &acknowledged) }
    }

    private func produce(_ batch: inout [CheckedEvent], _ acknowledged: inout EmittedCounts)
        async throws(CommandFailure)
    {
        let results = await producer.produce(batch.map(\.record))
        var firstFailure: (event: CheckedEvent, error: KafkaError)?
        for (event, result) in zip(batch, results) {
            switch result {
            case .success: acknowledged.add(event.record.topic)
            case .failure(let error): firstFailure = firstFailure ?? (event, error)
            }
        }
        batch = []
        guard let (event, error) = firstFailure else { return }
        let place = "\(event.file):\(event.line)"
        let count = "\(acknowledged.total.counted("event")) produced before"
        if ["MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"].contains(error.code) {
            throw CommandFailure(
                exitCode: .dataError,
                message: "\(place): larger than \(event.record.topic) takes (max.message.bytes); \(count)")
        }
        let words = lastWords.text.map { ", \($0)" } ?? ""
        throw CommandFailure(
            exitCode: .unavailable,
            message: "Kafka at kafka.bootstrapServers (\(servers)) did not acknowledge all events: the first is "
                + "\(place): \(error)\(words); \(acknowledged.total.counted("event")) acknowledged")
    }

    private func changed(_ problem: String, _ acknowledged: EmittedCounts) -> CommandFailure {
        CommandFailure(
            exitCode: .dataError, message: "\(problem); \(acknowledged.total.counted("event")) produced before")
    }
}
