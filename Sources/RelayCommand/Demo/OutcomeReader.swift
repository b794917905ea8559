import JSON
import KafkaClient
import Synchronization

/// Reads the outcome topic as any downstream system would, and keeps what the demo shows.
final class OutcomeReader: Sendable {
    private struct State {
        var byStatus: [String: Int] = [:]
        var count = 0
        var shown: JSONValue?
    }

    private let state = Mutex(State())
    private let consumer: KafkaConsumer
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: Gets the JSON of each outcome.
    init(settings: KafkaClientSettings, topic: String, write: @escaping @Sendable ([UInt8]) -> Void) throws(KafkaError)
    {
        consumer = try KafkaConsumer(
            settings: settings, subscription: KafkaSubscription(groupID: "contact-relay-demo-reader", topics: [topic]))
        self.write = write
    }

    /// How many outcomes have come.
    var count: Int { state.withLock { $0.count } }

    /// How many have come of each status.
    var byStatus: [String: Int] { state.withLock { $0.byStatus } }

    /// An outcome worth showing: an update, else the first that came.
    var example: JSONValue? { state.withLock { $0.shown } }

    /// Reads until `close`.
    func run() async {
        while true {
            let events = await consumer.nextEvents()
            guard !events.isEmpty else { return }
            for event in events {
                switch event {
                case .records(let records): for record in records { take(record.value ?? []) }
                case .revoked(_, let acknowledgement): acknowledgement()
                case .assigned, .lost, .lostRange, .error: break
                }
            }
        }
    }

    func close() async {
        await consumer.close()
    }

    private func take(_ bytes: [UInt8]) {
        write(bytes)
        guard let outcome = try? JSONValue(parsing: bytes), let status = outcome["data"]?["status"]?.stringValue else {
            return
        }
        let isUpdate = outcome["data"]?["action"]?.stringValue == "updated"
        state.withLock { state in
            state.count += 1
            state.byStatus[status, default: 0] += 1
            if state.shown == nil || (isUpdate && state.shown?["data"]?["action"]?.stringValue != "updated") {
                state.shown = outcome
            }
        }
    }
}
