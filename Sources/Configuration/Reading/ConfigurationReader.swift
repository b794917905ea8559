public import CommandLineParsing

/// Reads the values of a table's settings: a flag goes before an environment variable, that before the file, that
/// before the default.
public struct ConfigurationReader: Sendable {
    private let table: SettingsTable
    private let files: any FileSource

    /// A reader for `table`, with `files` for the configuration file and for secrets.
    public init(table: SettingsTable, files: any FileSource = SystemFiles()) {
        self.table = table
        self.files = files
    }

    /// Reads all settings of the table. Every value that is given is checked, also one that another goes before.
    ///
    /// An empty environment variable counts as not set, as compose files and shells leave them.
    ///
    /// - Parameters:
    ///   - arguments: the command line; flags of settings that its command does not take are simply not there.
    ///   - environment: the variables of the process; those without the table's prefix play no part.
    ///   - path: the configuration file; nil reads none.
    ///   - required: keys of settings that must be given.
    /// - Throws: `ConfigurationError` with all faults at once.
    public func read(
        arguments: ParsedArguments, environment: [String: String], file path: String?, required: [String] = []
    ) throws(ConfigurationError) -> SettingValues {
        var faults: [ConfigurationFault] = []
        let fromFile = fileCandidates(path, &faults)
        let candidates = flagCandidates(arguments) + environmentCandidates(environment) + fromFile
        var entries: [String: SettingValues.Entry] = [:]
        for setting in table.settings {
            let given = candidates.filter { candidate in setting.names.contains(candidate.name) }
            entries[setting.key] = entry(of: setting, given: given, &faults)
            if given.isEmpty, required.contains(setting.key) { faults.append(missing(setting)) }
        }
        guard faults.isEmpty else { throw ConfigurationError(faults: faults) }
        return SettingValues(entries: entries, warnings: unknownVariables(environment))
    }

    private func flagCandidates(_ arguments: ParsedArguments) -> [SettingCandidate] {
        table.names.compactMap { name in
            arguments.text(of: name.flag).map { text in
                SettingCandidate(name: name, source: .flag(name.flag), input: .text(text))
            }
        }
    }

    private func environmentCandidates(_ environment: [String: String]) -> [SettingCandidate] {
        table.names.compactMap { name in
            let variable = name.variable(prefix: table.variablePrefix)
            guard let text = environment[variable], !text.isEmpty else { return nil }
            return SettingCandidate(name: name, source: .environment(variable), input: .text(text))
        }
    }

    private func fileCandidates(_ path: String?, _ faults: inout [ConfigurationFault]) -> [SettingCandidate] {
        guard let path else { return [] }
        do {
            let bytes = try files.contents(of: path, atMost: YAMLDocument.maximumSize)
            guard let root = try YAMLDocument.parse(bytes) else { return [] }
            var walk = FileWalk(table: table, path: path)
            walk.read(root)
            faults += walk.faults
            return walk.candidates
        } catch let error as YAMLError {
            faults.append(
                ConfigurationFault(key: nil, source: .file(path, error.position), problem: error.message))
        } catch {
            faults.append(ConfigurationFault(key: nil, source: .flag("config"), problem: "\(error)"))
        }
        return []
    }

    /// The first of `given` that is right, in the order of precedence; the default when there is none.
    private func entry(
        of setting: SettingDefinition, given: [SettingCandidate], _ faults: inout [ConfigurationFault]
    ) -> SettingValues.Entry {
        var entry: SettingValues.Entry?
        for (index, candidate) in given.enumerated() {
            do throws(InvalidValue) {
                let value = try value(of: setting, candidate)
                entry = entry ?? SettingValues.Entry(value: value, source: candidate.source)
            } catch {
                faults.append(
                    ConfigurationFault(key: candidate.name.key, source: candidate.source, problem: error.problem))
            }
            if let twin = given[..<index].first(where: { $0.source.isSameKind(as: candidate.source) }) {
                faults.append(
                    ConfigurationFault(
                        key: candidate.name.key, source: candidate.source,
                        problem: "is given beside \(twin.name.key); give one of the two"))
            }
        }
        return entry ?? SettingValues.Entry(value: setting.defaultValue, source: .defaultValue)
    }

    private func value(
        of setting: SettingDefinition, _ candidate: SettingCandidate
    ) throws(InvalidValue) -> any Sendable {
        guard candidate.name.isFile else { return try setting.parse(candidate.input) }
        let path = try candidate.input.scalar("the path of a file")
        guard !path.isEmpty else { throw InvalidValue("must not be empty") }
        let secret = SecretValue(file: path, in: files)
        do {
            _ = try secret.read()
        } catch {
            // Both errors name the file and the system's reason, never its content.
            throw InvalidValue("names a file that is of no use: \(error)")
        }
        return Optional(secret)
    }

    private func missing(_ setting: SettingDefinition) -> ConfigurationFault {
        let name = setting.names[0]
        return ConfigurationFault(
            key: setting.key, source: .defaultValue,
            problem: "is required: give --\(name.flag), \(name.variable(prefix: table.variablePrefix)) "
                + "or \(setting.key) in the file of --config")
    }

    private func unknownVariables(_ environment: [String: String]) -> [ConfigurationFault] {
        let known = table.names.map { $0.variable(prefix: table.variablePrefix) }
        return environment.keys.sorted().compactMap { variable in
            guard variable.hasPrefix(table.variablePrefix), !variable.hasPrefix(table.ignoredPrefix),
                !known.contains(variable)
            else { return nil }
            let guess = Spelling.guess(for: variable, among: known).map { "; did you mean \($0)?" } ?? ""
            return ConfigurationFault(
                key: nil, source: .environment(variable.shortened), problem: "belongs to no setting\(guess)")
        }
    }
}

extension ValueSource {
    fileprivate func isSameKind(as other: ValueSource) -> Bool {
        switch (self, other) {
        case (.flag, .flag), (.environment, .environment), (.file, .file), (.defaultValue, .defaultValue): true
        case (.flag, _), (.environment, _), (.file, _), (.defaultValue, _): false
        }
    }
}
