public import Seams

/// Lines for machines: one JSON object each, with `time`, `level`, `message` and the metadata as further members.
///
/// Metadata under one of those three names gets an underscore behind it, so that no name stands twice.
public struct JSONLogHandler: LogHandler {
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
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"message\":\(quoted(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            var name = key
            while reserved.contains(name) || (name != key && metadata[name] != nil) { name += "_" }
            line += ",\(quoted(name)):\(quoted(value))"
        }
        return line + "}"
    }

    private static let reserved: Set = ["time", "level", "message"]

    /// A JSON string by RFC 8259; also without the line separators that some readers take for line breaks.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
