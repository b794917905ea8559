import CommandLineParsing

extension SettingType where Value == String {
    /// Any text but none.
    public static let text = SettingType(
        name: "text", placeholder: "TEXT", text: { $0 }
    ) { (input: SettingInput) throws(InvalidValue) -> String in
        let text = try input.scalar("text")
        guard !text.isEmpty else { throw InvalidValue("must not be empty") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw InvalidValue("must not hold line breaks or other control characters")
        }
        return text
    }
}

extension SettingType where Value == Int {
    /// A whole number of `minimum` or more. The only upper bound is what the machine can count.
    public static func integer(atLeast minimum: Int) -> SettingType {
        integer(name: "whole number, \(minimum) or more") { $0 >= minimum ? nil : "must be \(minimum) or more" }
    }

    /// A whole number where the thing itself has an upper bound, such as a port.
    public static func integer(in range: ClosedRange<Int>) -> SettingType {
        let rule = "\(range.lowerBound) to \(range.upperBound)"
        return integer(name: "whole number, \(rule)") { range.contains($0) ? nil : "must be \(rule)" }
    }

    private static func integer(name: String, rule: @escaping @Sendable (Int) -> String?) -> SettingType {
        SettingType(
            name: name, placeholder: "NUMBER", text: { String($0) }
        ) { (input: SettingInput) throws(InvalidValue) -> Int in
            let text = try input.scalar("a whole number")
            guard let value = Int(text) else {
                let isTooLong = !text.isEmpty && text.allSatisfy { $0 >= "0" && $0 <= "9" }
                throw InvalidValue(
                    isTooLong
                        ? "is greater than \(Int.max)" : "must be a whole number, not '\(text.shortened)'")
            }
            if let problem = rule(value) { throw InvalidValue("\(problem), not \(value)") }
            return value
        }
    }
}

extension SettingType where Value == Bool {
    /// `true` or `false`.
    public static let boolean = SettingType(
        name: "true or false", placeholder: "BOOLEAN", kind: .boolean, text: { $0 ? "true" : "false" }
    ) { (input: SettingInput) throws(InvalidValue) -> Bool in
        switch try input.scalar("true or false") {
        case "true": return true
        case "false": return false
        case let other: throw InvalidValue("must be true or false, not '\(other.shortened)'")
        }
    }
}

extension SettingType where Value == Duration {
    /// A duration of `minimum` or more, written `500ms`, `30s`, `15m`, `24h` or `90d`.
    public static func duration(atLeast minimum: Duration) -> SettingType {
        SettingType(
            name: minimum == .zero ? "duration" : "duration, \(minimum.argumentText) or more",
            placeholder: "DURATION", text: { $0.argumentText }
        ) { (input: SettingInput) throws(InvalidValue) -> Duration in
            let text = try input.scalar("a duration")
            guard let value = Duration(argument: text) else {
                let lacksUnit = Int(text) != nil
                throw InvalidValue(
                    lacksUnit
                        ? "needs a unit: \(text)ms, \(text)s, \(text)m, \(text)h or \(text)d"
                        : "must be \(Duration.argumentRule), not '\(text.shortened)'")
            }
            guard value >= minimum else {
                throw InvalidValue("must be \(minimum.argumentText) or more, not \(text)")
            }
            return value
        }
    }
}

extension SettingType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases' words; capitals make no difference.
    public static func word(of type: Value.Type = Value.self) -> SettingType {
        let words = type.allCases.map(\.rawValue)
        let listed = words.map { "`\($0)`" }.joined(separator: ", ")
        return SettingType(
            name: words.count == 1 ? listed : "one of \(listed)", placeholder: "WORD", text: { $0.rawValue }
        ) { (input: SettingInput) throws(InvalidValue) -> Value in
            let text = try input.scalar("a word")
            if let value = type.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) {
                return value
            }
            let guess = Spelling.guess(for: text, among: words).map { "; did you mean \($0)?" } ?? ""
            let rule = words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))"
            throw InvalidValue("must be \(rule), not '\(text.shortened)'\(guess)")
        }
    }
}

extension SettingType where Value == SecretValue {
    /// Text that is never printed. Its setting has a second name, ending in `File`, for a file that holds it.
    public static let secret = SettingType(
        name: "secret", placeholder: "SECRET", kind: .secret, text: { $0.description }
    ) { (input: SettingInput) throws(InvalidValue) -> SecretValue in
        let text = try input.scalar("text")
        guard !text.isEmpty else { throw InvalidValue("must not be empty") }
        return SecretValue(text)
    }
}
