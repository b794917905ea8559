public import Seams

/// Lines for people: `2026-11-26T10:00:00.000Z info  consumer: message key=value`.
///
/// The metadata `component` stands before the message, the rest after it in the order of the keys. Values are quoted
/// where they would be ambiguous. Whatever could break the line or steer a terminal is written as an escape.
public struct TextLogHandler: LogHandler {
    private let time: any TimeSource
    private let writer: LineWriter

    /// Writes to `descriptor`, which stays the caller's; 2 is standard error.
    public init(time: any TimeSource, descriptor: Int32 = 2) {
        self.time = time
        writer = LineWriter(descriptor: descriptor)
    }

    public func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {
        writer.write(Self.line(time: time.wallTime, level: level, message: message, metadata: metadata))
    }

    static func line(time: WallTime, level: Logger.Level, message: String, metadata: Logger.Metadata) -> String {
        var line = "\(time) \(level.rawValue)"
        line += String(repeating: " ", count: max(5 - level.rawValue.count, 0)) + " "
        if let component = metadata[Logger.componentKey] { line += component.escapedForLine + ": " }
        line += message.escapedForLine
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != Logger.componentKey {
            line += " \(key.escapedForLine)=\(quotedWhereNeeded(value))"
        }
        return line
    }

    private static func quotedWhereNeeded(_ value: String) -> String {
        let escaped = value.escapedForLine
        let isPlain = !escaped.isEmpty && !escaped.utf8.contains { " =\"\\".utf8.contains($0) }
        return isPlain ? escaped : "\"\(escaped.replacing("\"", with: "\\\""))\""
    }
}

extension Logger {
    /// The metadata key that names the part of the program a line is from.
    public static let componentKey = "component"
}
