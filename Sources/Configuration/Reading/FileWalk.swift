import CommandLineParsing

/// Finds the settings of a table in a YAML file, and what is in the file beside them.
struct FileWalk {
    let table: SettingsTable
    let path: String
    private(set) var candidates: [SettingCandidate] = []
    private(set) var faults: [ConfigurationFault] = []
    private let names: [String: SettingName]
    private let prefixes: Set<String>

    init(table: SettingsTable, path: String) {
        self.table = table
        self.path = path
        names = Dictionary(table.names.map { ($0.key, $0) }) { first, _ in first }
        prefixes = table.prefixes
    }

    mutating func read(_ root: YAMLNode) {
        guard !root.isNull else { return }
        guard case .mapping(let entries) = root.content else {
            fault(nil, root.position, "must be a map of settings, not a \(root.kindName)")
            return
        }
        read(entries, below: nil)
    }

    private mutating func read(_ entries: [YAMLNode.Entry], below prefix: String?) {
        for entry in entries {
            let key = prefix.map { "\($0).\(entry.key)" } ?? entry.key
            if let name = names[key], prefix != nil || !entry.key.contains(".") {
                read(entry, as: name)
            } else if prefixes.contains(key), prefix != nil || !entry.key.contains(".") {
                readGroup(entry, key: key)
            } else {
                faultUnknown(key, at: entry)
            }
        }
    }

    private mutating func read(_ entry: YAMLNode.Entry, as name: SettingName) {
        guard !entry.value.isNull else {
            fault(name.key, entry.position, "has no value; give one, or remove the line for the default")
            return
        }
        candidates.append(
            SettingCandidate(name: name, source: .file(path, entry.value.position), input: .node(entry.value)))
    }

    private mutating func readGroup(_ entry: YAMLNode.Entry, key: String) {
        if case .mapping(let entries) = entry.value.content {
            read(entries, below: key)
        } else if !entry.value.isNull {
            let first = table.names.first { $0.key.hasPrefix(key + ".") }
            let example = first.map { ", such as \($0.key)" } ?? ""
            fault(
                key, entry.value.position,
                "is a group of settings, not a \(entry.value.kindName): put its settings\(example) below it, indented")
        }
    }

    private mutating func faultUnknown(_ key: String, at entry: YAMLNode.Entry) {
        if entry.key.contains("."), names[key] != nil || prefixes.contains(key) {
            let nested = entry.key.split(separator: ".").joined(separator: ": { ")
            let braces = String(repeating: " }", count: entry.key.count { $0 == "." })
            fault(key, entry.position, "must be nested: \(nested): …\(braces)")
            return
        }
        let known = names.keys.sorted() + prefixes.sorted()
        let last = "." + entry.key.lowercased()
        let guess = known.first { $0.lowercased().hasSuffix(last) } ?? Spelling.guess(for: key, among: known)
        let hint = guess.map { "; did you mean \($0)?" } ?? ""
        fault(key.shortened, entry.position, "is not a setting\(hint)")
    }

    private mutating func fault(_ key: String?, _ position: FilePosition, _ problem: String) {
        faults.append(ConfigurationFault(key: key, source: .file(path, position), problem: problem))
    }
}
