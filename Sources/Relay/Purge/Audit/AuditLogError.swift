/// Why the audit file cannot be used.
public struct AuditLogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What is wrong, such as `No space left on device`.
    public var problem: String

    public var description: String { "the audit log \(path): \(problem)" }
}
