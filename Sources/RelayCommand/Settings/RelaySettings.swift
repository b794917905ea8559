import CommandLineParsing
import Configuration

/// All settings as plain values.
struct RelaySettings: Sendable {
    var kafka: KafkaSettings
    var delivery: DeliverySettings
    var topics: TopicSettings
    var genesys: GenesysSettings
    var pool: PoolSettings
    var contacts: ContactSettings
    var retry: RetrySettings
    var purge: PurgeSettings
    var operation: OperationSettings
    /// What is odd about the configuration but no reason to refuse it; to be logged once at start.
    var warnings: [ConfigurationFault]

    /// The one table; a new group of settings is one line here and one property above.
    static let table = SettingsTable(
        variablePrefix: "RELAY_", ignoredPrefix: "RELAY_TEST_",
        groups: [
            KafkaSettings.group, DeliverySettings.group, TopicSettings.group, GenesysSettings.group, PoolSettings.group,
            ContactSettings.group, RetrySettings.group, PurgeSettings.group, OperationSettings.group,
        ])

    /// The file that settings may be read from.
    static let configFile = Option<String?>(
        "config", "FILE", help: "YAML file with settings; see 'contact-relay help settings'.")

    /// Reads the settings.
    ///
    /// - Parameter required: keys that must be given.
    /// - Throws: `ConfigurationError` with all faults.
    init(
        arguments: ParsedArguments, environment: [String: String], files: any FileSource = SystemFiles(),
        required: [String] = []
    ) throws(ConfigurationError) {
        let reader = ConfigurationReader(table: Self.table, files: files)
        let values = try reader.read(
            arguments: arguments, environment: environment, file: arguments[Self.configFile], required: required)
        kafka = KafkaSettings(values)
        delivery = DeliverySettings(values)
        topics = TopicSettings(values)
        genesys = GenesysSettings(values)
        pool = PoolSettings(values)
        contacts = ContactSettings(values)
        retry = RetrySettings(values)
        purge = PurgeSettings(values)
        operation = OperationSettings(values)
        warnings = values.warnings
        let rules = SettingRules(settings: self, values: values)
        guard rules.faults.isEmpty else { throw ConfigurationError(faults: rules.faults) }
        warnings += rules.warnings
    }
}
