import Observability
import Synchronization

/// Keeps what is logged, for tests of what an operator is told.
final class LogLines: LogHandler {
    struct Line: Equatable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])

    /// A logger that writes all levels here.
    var logger: Logger { Logger(level: .trace, handler: self) }

    var all: [Line] { kept.withLock { $0 } }

    /// The messages that contain this, in order.
    func messages(with text: String) -> [String] { all.map(\.message).filter { $0.contains(text) } }

    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {
        kept.withLock { $0.append(Line(level: level, message: message, metadata: metadata)) }
    }
}
