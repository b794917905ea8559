extension JSONValue {
    /// The value `null`.
    public static let null = JSONValue(.null)

    /// `true` or `false`.
    public static func bool(_ value: Bool) -> JSONValue { JSONValue(.bool(value)) }

    /// A string; written with as few escapes as JSON allows.
    public static func string(_ value: String) -> JSONValue { JSONValue(.string(value)) }

    /// An integer.
    public static func number(_ value: Int64) -> JSONValue { JSONValue(.number(String(value))) }

    /// An integer.
    public static func number(_ value: Int) -> JSONValue { JSONValue(.number(String(value))) }

    /// The shortest text that reads back as `value` (`1.0`, `1e+20`). Infinities and NaN, which JSON lacks, become
    /// `null`.
    public static func number(_ value: Double) -> JSONValue {
        value.isFinite ? JSONValue(.number(value.description)) : .null
    }

    /// An array.
    public static func array(_ elements: [JSONValue]) -> JSONValue { JSONValue(.array(elements)) }

    /// An object with the members in this order; of several with one name only the last is taken.
    public static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        JSONValue(.object(lastOfEachName(members.map { Member(name: .string($0), value: $1) })))
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .number(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(members) }
}
