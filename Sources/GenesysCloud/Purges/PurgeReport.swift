/// How a purge job stands.
public struct PurgeReport: Sendable, Equatable {
    static let errorLimit = 100
    static let errorBytes = 1024

    /// How it stands.
    public var status: PurgeStatus
    /// How many records are deleted so far; nil where the API does not say.
    public var recordsPurged: Int64?
    /// The API's words for what went wrong, the first 100 and of each the first 1024 bytes. They may quote customer
    /// data, so they go into outcomes, never into a log.
    public var errors: [String]

    /// Makes a report.
    public init(status: PurgeStatus, recordsPurged: Int64? = nil, errors: [String] = []) {
        self.status = status
        self.recordsPurged = recordsPurged
        self.errors = errors
    }
}
