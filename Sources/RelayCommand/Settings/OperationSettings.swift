import Configuration
import Observability

/// How the process is watched, logged and ended.
struct OperationSettings: Sendable {
    /// How log lines are written.
    enum LogFormat: String, Sendable, CaseIterable {
        case text
        case json
    }

    var adminHost: String
    var adminPort: Int
    var shutdownGracePeriod: Duration
    var logLevel: Logger.Level
    var logFormat: LogFormat

    static let adminHost = Setting(
        "admin.host", .text, default: "127.0.0.1", "Address on which health, metrics and status are served.")
    static let adminPort = Setting(
        "admin.port", .integer(in: 0...65535), default: 8080, "Port of that address; 0 takes any free one.")
    static let shutdownGracePeriod = Setting(
        "shutdown.gracePeriod", .duration(atLeast: .zero), default: .seconds(45),
        "How long work in hand may take to finish after SIGTERM; longer than a request may take.")
    static let logLevel = Setting(
        "log.level", .word(of: Logger.Level.self), default: .info, "Least important level that is logged.")
    static let logFormat = Setting(
        "log.format", .word(of: LogFormat.self), default: .text,
        "Lines for people (text) or one JSON object per line (json).")

    static let group = SettingGroup(
        "Operation",
        [
            adminHost.definition, adminPort.definition, shutdownGracePeriod.definition, logLevel.definition,
            logFormat.definition,
        ])

    /// The part of `group` for commands that only log.
    static let logGroup = SettingGroup("Log", [logLevel.definition, logFormat.definition])

    init(_ values: SettingValues) {
        adminHost = values[Self.adminHost]
        adminPort = values[Self.adminPort]
        shutdownGracePeriod = values[Self.shutdownGracePeriod]
        logLevel = values[Self.logLevel]
        logFormat = values[Self.logFormat]
    }
}
