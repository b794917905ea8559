/// Where a value was given.
public enum ValueSource: Sendable, Equatable, CustomStringConvertible {
    /// By the flag of that name, without dashes.
    case flag(String)
    /// By that environment variable.
    case environment(String)
    /// In that file.
    case file(String, FilePosition)
    /// Nowhere: the default.
    case defaultValue

    public var description: String {
        switch self {
        case .flag(let name): "--\(name)"
        case .environment(let name): name
        case .file(let path, let position): "\(path):\(position.line):\(position.column)"
        case .defaultValue: "default"
        }
    }
}
