/// One thing that is wrong with the configuration.
public struct ConfigurationFault: Sendable, Equatable, CustomStringConvertible {
    /// The setting; nil where the fault is not about one, such as a file that is not YAML.
    public var key: String?
    /// Where the value was given.
    public var source: ValueSource
    /// What is wrong and what to do, to follow the key. Quotes no secret.
    public var problem: String

    /// Makes a fault.
    public init(key: String?, source: ValueSource, problem: String) {
        self.key = key
        self.source = source
        self.problem = problem
    }

    public var description: String {
        var text = source == .defaultValue ? "" : "\(source): "
        if let key { text += "\(key) " }
        return text + problem
    }
}

/// A configuration that is refused, with everything that is wrong with it.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// At least one.
    public var faults: [ConfigurationFault]

    /// An error with `faults`.
    public init(faults: [ConfigurationFault]) {
        self.faults = faults
    }

    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
