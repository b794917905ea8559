import KafkaClient
import KafkaTestSupport
import Seams
import Synchronization

/// Reads a topic at `read_committed` from its beginning, all the time.
final class TopicReader: Sendable {
    private struct State {
        var records: [KafkaRecord] = []
        var marks: Set<Int32> = []
        /// It commits nothing, so after a session that a broker's fault has ended it begins again.
        var next: [TopicPartition: Int64] = [:]
        /// What else it was told, to be shown where it does not get to the end.
        var news: [String] = []
    }

    private static let mark = KafkaHeader("end-of-test", nil)

    private let state = Mutex(State())
    private let topic: String
    private let scenario: Scenario

    private init(topic: String, scenario: Scenario) {
        self.topic = topic
        self.scenario = scenario
    }

    /// Reads as long as `body` runs.
    static func reading<Result>(
        _ topic: String, in scenario: Scenario, _ body: (TopicReader) async throws -> Result
    ) async throws -> Result {
        let reader = TopicReader(topic: topic, scenario: scenario)
        let consumer = try KafkaConsumer(
            settings: scenario.broker, subscription: KafkaSubscription(groupID: uniqueName("reader"), topics: [topic]))
        async let reading: Void = reader.drain(consumer)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(reader))
        } catch {
            result = .failure(error)
        }
        await consumer.close()
        await reading
        return try result.get()
    }

    /// How many records have been read.
    var count: Int { state.withLock { $0.records.count } }

    /// What has been read, in the order of each partition.
    var records: [KafkaRecord] { state.withLock { $0.records } }

    /// Everything that the topic holds: marks its end in each partition and reads up to the marks, which control
    /// records and open transactions do not disturb. To be called once.
    func allRecords() async throws -> [KafkaRecord] {
        _ = try await scenario.produce(
            (0..<scenario.partitions).map {
                ProducerRecord(topic: topic, partition: $0, key: nil, value: nil, headers: [Self.mark])
            })
        do {
            try await eventually("\(topic) is read to its end") {
                state.withLock { $0.marks.count } == Int(scenario.partitions)
            }
        } catch {
            print(state.withLock { "\($0.news)\nmarks: \($0.marks.sorted()), next: \($0.next)" })
            throw error
        }
        return records
    }

    private func drain(_ consumer: KafkaConsumer) async {
        while true {
            let events = await consumer.nextEvents()
            if events.isEmpty { return }
            for event in events {
                if case .records(let records) = event {
                    take(records)
                    continue
                }
                state.withLock { $0.news.append("\(WallTime.system) \(event)") }
                if case .revoked(_, let acknowledgement) = event { acknowledgement() }
            }
        }
    }

    private func take(_ records: [KafkaRecord]) {
        state.withLock { state in
            for record in records where record.offset >= state.next[record.partition] ?? 0 {
                state.next[record.partition] = record.offset + 1
                if record.headers == [Self.mark] {
                    state.marks.insert(record.partition.partition)
                } else {
                    state.records.append(record)
                }
            }
        }
    }
}
