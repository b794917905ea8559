import CommandLineParsing
import Configuration
import Observability
import Seams

/// What a command is run with besides its arguments.
struct CommandContext: Sendable {
    var console: Console
    var environment: [String: String]
    var files: any FileSource = SystemFiles()
    var time: any TimeSource = SystemTime()

    /// The settings for a command.
    ///
    /// - Parameter required: keys that must be given.
    /// - Throws: `ConfigurationError` with all faults.
    func settings(
        _ arguments: ParsedArguments, required: [String] = []
    ) throws(ConfigurationError) -> RelaySettings {
        try RelaySettings(arguments: arguments, environment: environment, files: files, required: required)
    }

    /// The logger that the settings ask for, on standard error; what is odd about the settings is its first word.
    func logger(_ settings: RelaySettings) -> Logger {
        let handler: any LogHandler =
            switch settings.operation.logFormat {
            case .text: TextLogHandler(time: time)
            case .json: JSONLogHandler(time: time)
            }
        let logger = Logger(level: settings.operation.logLevel, handler: handler)
        for warning in settings.warnings {
            logger.warning("odd configuration", ["problem": warning.description])
        }
        return logger
    }
}
