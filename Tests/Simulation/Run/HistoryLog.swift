import Observability

/// Puts a worker's log into the history.
///
/// Unchecked: it is used on the scheduler's thread only.
struct HistoryLog: LogHandler, @unchecked Sendable {
    private let history: History
    private let who: String

    static func logger(_ history: History, _ who: String) -> Logger {
        Logger(level: .info, handler: HistoryLog(history: history, who: who))
    }

    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {
        let facts = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        history.note(who, "log: \(message) \(facts)")
    }
}
