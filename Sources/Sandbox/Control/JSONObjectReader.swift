import JSON

/// Reads a control document strictly: a member of the wrong form, out of range or unknown is refused.
struct JSONObjectReader {
    private let place: String
    private var members: [String: JSONValue] = [:]

    init(_ document: JSONValue, place: String) throws(Refusal) {
        guard document.kind == .object else {
            throw .invalid(place.isEmpty ? "body" : place, "must be an object")
        }
        self.place = place
        for member in document.members { members[member.name] = member.value }
    }

    private mutating func take(_ name: String) -> JSONValue? {
        guard let value = members.removeValue(forKey: name), !value.isNull else { return nil }
        return value
    }

    private func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let value = take(name) else { return nil }
        guard let number = value.intValue.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw .invalid(path(name), "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) throws(Refusal) -> Double? {
        guard let value = take(name) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw .invalid(path(name), "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func milliseconds(_ name: String) throws(Refusal) -> Duration? {
        try number(name, in: 0...3_600_000).map { .milliseconds($0) }
    }

    mutating func seconds(_ name: String, atLeast least: Double = 0) throws(Refusal) -> Duration? {
        try number(name, in: least...31_536_000).map { .seconds($0) }
    }

    mutating func bool(_ name: String) throws(Refusal) -> Bool? {
        guard let value = take(name) else { return nil }
        guard let bool = value.boolValue else { throw .invalid(path(name), "must be true or false") }
        return bool
    }

    mutating func string(_ name: String) throws(Refusal) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.stringValue else { throw .invalid(path(name), "must be a string") }
        return text
    }

    mutating func objects(_ name: String) throws(Refusal) -> [JSONObjectReader] {
        guard let value = take(name) else { return [] }
        guard value.kind == .array else { throw .invalid(path(name), "must be an array") }
        var readers: [JSONObjectReader] = []
        for (index, element) in value.elements.enumerated() {
            readers.append(try JSONObjectReader(element, place: "\(path(name))[\(index)]"))
        }
        return readers
    }

    func invalid(_ name: String, _ message: String) -> Refusal { .invalid(path(name), message) }

    /// Refuses the members that nobody asked for.
    func finish() throws(Refusal) {
        if let unknown = members.keys.min() { throw .invalid(path(unknown), "is not known") }
    }
}
