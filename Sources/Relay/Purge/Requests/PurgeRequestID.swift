/// The rules of a purge request's id, which is the key of its record, of its job in the ledger and of its outcomes.
public enum PurgeRequestID {
    /// The longest id, in bytes of UTF-8.
    public static let byteLimit = 256
    /// What no id begins with: the ledger's own records have such keys.
    public static let reservedPrefix = "contact-relay:"

    /// What is wrong with `id`, without quoting it; nil for an id that may be used.
    public static func problem(of id: String) -> String? {
        if id.isEmpty { return "must be a non-empty string" }
        if id.utf8.count > byteLimit { return "must have at most \(byteLimit) bytes" }
        if id.utf8.starts(with: reservedPrefix.utf8) {
            return "must not begin with '\(reservedPrefix)', which is the relay's own"
        }
        return nil
    }
}
