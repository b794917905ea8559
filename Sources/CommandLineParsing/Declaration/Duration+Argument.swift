/// Durations are written as a whole number and a unit: `500ms`, `30s`, `15m`, `24h`, `90d`.
extension Duration: ExpressibleByArgument {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a number and a unit; nil for anything else, for a sign, and for what no 64-bit count of milliseconds holds.
    public init?(argument: String) {
        let digits = argument.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let suffix = String(argument.dropFirst(digits.count))
        guard let count = Int64(String(decoding: digits, as: UTF8.self)),
            let unit = Self.units.first(where: { $0.suffix == suffix })
        else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The duration in the greatest unit that holds it without a rest; fractions of a millisecond are dropped.
    public var argumentText: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds == 0 else { return "\(seconds * 1000 + milliseconds)ms" }
        let unit = Self.units.last { seconds * 1000 % $0.milliseconds == 0 && seconds * 1000 >= $0.milliseconds }
        guard let unit else { return "0s" }
        return "\(seconds * 1000 / unit.milliseconds)\(unit.suffix)"
    }

    public static var argumentRule: String { "a duration such as 500ms, 30s, 15m, 24h or 90d" }
}
