/// The API's word for how a purge job stands: an open set, so one that nobody here knows comes through as it is.
public struct PurgeStatus: RawRepresentable, Sendable, Hashable {
    /// As the API writes it.
    public let rawValue: String

    /// Takes any word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Taken, not begun.
    public static let queued = PurgeStatus(rawValue: "QUEUED")
    /// Deleting.
    public static let running = PurgeStatus(rawValue: "RUNNING")
    /// Ended, all deleted.
    public static let completed = PurgeStatus(rawValue: "COMPLETED")
    /// Ended; part may have been deleted.
    public static let failed = PurgeStatus(rawValue: "FAILED")
}
