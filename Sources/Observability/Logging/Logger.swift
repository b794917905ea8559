/// A structured logger in the shape of swift-log's: a constant message, everything variable as metadata under named
/// keys, and a handler behind it that writes.
///
/// Secrets, tokens and contact data never go into a message or into metadata: log keys and identifiers, not values.
public struct Logger: Sendable {
    /// How important a line is, in ascending order, as swift-log names them.
    public enum Level: String, Sendable, CaseIterable, Comparable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical

        public static func < (left: Level, right: Level) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int { Self.allCases.firstIndex(of: self)! }
    }

    /// Named facts of a line. Values are written as text.
    public typealias Metadata = [String: String]

    /// The least important level that is written.
    public var level: Level

    private let handler: any LogHandler
    private var metadata: Metadata

    /// Makes a logger that hands every line of `level` and above to `handler`, with `metadata` on each.
    public init(level: Level = .info, metadata: Metadata = [:], handler: any LogHandler) {
        self.level = level
        self.handler = handler
        self.metadata = metadata
    }

    /// A logger that writes nothing.
    public static let disabled = Logger(level: .critical, handler: SilentLogHandler())

    /// The same logger with more metadata on every line; a key that is there already is replaced.
    public func with(_ more: Metadata) -> Logger {
        var copy = self
        copy.metadata.merge(more) { _, new in new }
        return copy
    }

    /// Writes a line when `level` is enabled; neither argument is evaluated otherwise.
    public func log(_ level: Level, _ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        guard level >= self.level else { return }
        handler.write(level: level, message: message(), metadata: metadata.merging(more()) { _, new in new })
    }

    /// For following one record in development.
    public func trace(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.trace, message(), more())
    }

    /// For finding a fault.
    public func debug(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.debug, message(), more())
    }

    /// For the normal course: start, assignment, shutdown.
    public func info(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.info, message(), more())
    }

    /// For what is normal but seldom.
    public func notice(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.notice, message(), more())
    }

    /// For what an operator should look at in working hours.
    public func warning(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.warning, message(), more())
    }

    /// For what needs an operator.
    public func error(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.error, message(), more())
    }

    /// For what ends the process.
    public func critical(_ message: @autoclosure () -> String, _ more: @autoclosure () -> Metadata = [:]) {
        log(.critical, message(), more())
    }
}

/// Where log lines go. Called from any thread; must not block for long.
public protocol LogHandler: Sendable {
    /// Writes one line.
    func write(level: Logger.Level, message: String, metadata: Logger.Metadata)
}

private struct SilentLogHandler: LogHandler {
    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {}
}
