internal import Synchronization

/// What librdkafka's callbacks leave for the poll thread, which takes it when the poll has returned.
final class CallbackReports: Sendable {
    enum Report {
        case rebalance(Rebalance)
        case error(KafkaError)
    }

    private let pending = Mutex<[Report]>([])

    func put(_ report: Report) {
        pending.withLock { $0.append(report) }
    }

    func takeAll() -> [Report] {
        pending.withLock { pending in
            defer { pending = [] }
            return pending
        }
    }
}
