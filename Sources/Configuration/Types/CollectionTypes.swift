import CommandLineParsing

extension SettingType where Value == [String] {
    /// Texts divided by commas; in the file also a YAML list.
    public static func list(atLeast minimum: Int = 0, placeholder: String = "LIST") -> SettingType {
        SettingType(
            name: "list", placeholder: placeholder, text: { $0.joined(separator: ",") }
        ) { (input: SettingInput) throws(InvalidValue) -> [String] in
            let elements = try elements(of: input)
            guard elements.count >= minimum else { throw InvalidValue("must name at least \(minimum)") }
            return elements
        }
    }

    fileprivate static func elements(of input: SettingInput) throws(InvalidValue) -> [String] {
        if case .node(let node) = input, case .sequence(let nodes) = node.content {
            var elements: [String] = []
            for node in nodes {
                guard case .scalar(let text, _) = node.content, !text.isEmpty else {
                    throw InvalidValue("must be a list of texts, none of them empty")
                }
                elements.append(text)
            }
            return elements
        }
        let text = try input.scalar("a list")
        guard !text.isEmpty else { return [] }
        var elements: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let element = part.trimmed
            guard !element.isEmpty else { throw InvalidValue("has an empty element; write a,b,c") }
            elements.append(element)
        }
        return elements
    }
}

/// Names with values in the order given; the names are distinct.
public struct Properties: Sendable, Equatable {
    /// One name with its value.
    public struct Entry: Sendable, Equatable {
        /// The name; not empty.
        public var name: String
        /// The value; may be empty.
        public var value: String

        /// Makes an entry.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The entries.
    public var entries: [Entry]

    /// Makes properties of `entries`, whose names the caller knows to be distinct.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }
}

extension SettingType where Value == Properties {
    /// Names and values as `a=b;c=d` (`\;` is a semicolon in a value); in the file also a YAML map.
    public static let properties = SettingType(
        name: "properties", placeholder: "NAME=VALUE;…",
        text: { properties in
            properties.entries.map { entry in
                let value = entry.value.split(separator: ";", omittingEmptySubsequences: false)
                return "\(entry.name)=\(value.joined(separator: "\\;"))"
            }.joined(separator: ";")
        }
    ) { (input: SettingInput) throws(InvalidValue) -> Properties in
        var entries: [Properties.Entry] = []
        for (name, value) in try pairs(of: input, called: "properties") {
            entries.append(Properties.Entry(name: name, value: try value.scalar("a map of texts")))
        }
        return Properties(entries)
    }
}

/// Lists under names, in the order given; the names are distinct.
public struct ListMap: Sendable, Equatable {
    /// One name with its list.
    public struct Entry: Sendable, Equatable {
        /// The name; not empty.
        public var name: String
        /// The list.
        public var list: [String]

        /// Makes an entry.
        public init(name: String, list: [String]) {
            self.name = name
            self.list = list
        }
    }

    /// The entries.
    public var entries: [Entry]

    /// Makes a map of `entries`, whose names the caller knows to be distinct.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }
}

extension SettingType where Value == ListMap {
    /// Lists under names as `a=b,c;d=e`; in the file also a YAML map of lists.
    public static let listMap = SettingType(
        name: "map of lists", placeholder: "NAME=LIST;…",
        text: { map in map.entries.map { "\($0.name)=\($0.list.joined(separator: ","))" }.joined(separator: ";") }
    ) { (input: SettingInput) throws(InvalidValue) -> ListMap in
        var entries: [ListMap.Entry] = []
        for (name, value) in try pairs(of: input, called: "a map of lists") {
            entries.append(ListMap.Entry(name: name, list: try SettingType<[String]>.elements(of: value)))
        }
        return ListMap(entries)
    }
}

/// The names and values of a YAML map, or of `a=b;c=d`.
private func pairs(
    of input: SettingInput, called wanted: String
) throws(InvalidValue) -> [(name: String, value: SettingInput)] {
    if case .node(let node) = input, case .mapping(let entries) = node.content {
        return entries.map { ($0.key, .node($0.value)) }
    }
    var pairs: [(name: String, value: SettingInput)] = []
    for part in try input.scalar(wanted).partsBetweenSemicolons where !part.trimmed.isEmpty {
        guard let sign = part.firstIndex(of: "="), !part[..<sign].trimmed.isEmpty else {
            throw InvalidValue("must be written name=value;name=value")
        }
        let name = part[..<sign].trimmed
        guard !pairs.contains(where: { $0.name == name }) else {
            throw InvalidValue("gives '\(name.shortened)' twice")
        }
        pairs.append((name, .text(part[part.index(after: sign)...].trimmed)))
    }
    return pairs
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    fileprivate var partsBetweenSemicolons: [String] {
        var parts = [""]
        var isEscaped = false
        for character in self {
            if character == ";", !isEscaped {
                parts.append("")
                continue
            }
            if character == ";" { parts[parts.count - 1].removeLast() }
            parts[parts.count - 1].append(character)
            isEscaped = character == "\\"
        }
        return parts
    }
}
