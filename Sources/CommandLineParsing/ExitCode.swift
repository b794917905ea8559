/// How the process ends, in the numbers of BSD's sysexits.
public enum ExitCode: Int32, Sendable {
    /// All went well.
    case success = 0
    /// The command line was wrong (EX_USAGE).
    case usage = 64
    /// The data that was given is wrong (EX_DATAERR).
    case dataError = 65
    /// Something that is needed cannot be reached (EX_UNAVAILABLE).
    case unavailable = 69
    /// A fault of the program's own (EX_SOFTWARE).
    case internalError = 70
    /// The configuration is wrong (EX_CONFIG).
    case configuration = 78
}
