import CommandLineParsing
import Configuration

/// `run`: the worker.
enum RunCommand {
    static let declaration = CommandDeclaration(
        name: "run",
        abstract: "Applies contact changes from Kafka to Genesys Cloud until it is told to stop",
        discussion: """
            Needs genesys.apiUrl, genesys.authUrl, genesys.clientId and genesys.clientSecret, as flags, as environment \
            variables (RELAY_GENESYS_API_URL) or in the file of --config. SIGTERM and SIGINT end it when the work in \
            hand is done; a second signal hurries.
            """,
        options: [RelaySettings.configFile.declaration],
        optionGroups: RelaySettings.table.groups.map(\.options))
}
