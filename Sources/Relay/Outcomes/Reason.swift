public import GenesysCloud

/// Why an event was rejected, failed or superseded: `data.reason` of an outcome.
public struct Reason: Sendable, Equatable {
    /// The greatest length of a message, in bytes of UTF-8.
    public static let messageLimit = 1024

    /// The code.
    public let code: ReasonCode
    /// For people, at most `messageLimit` bytes. May be the API's own words, which can quote contact data: for outcomes
    /// only.
    public let message: String
    /// The same without contact data, for dead letters and logs.
    public let safeMessage: String
    /// The API's status; nil where it was not asked or did not answer.
    public let httpStatus: Int?
    /// What names the call to Genesys' support.
    public let correlationID: String?

    /// Makes a reason in our own words, which must hold no contact data. A longer message is cut.
    public init(_ code: ReasonCode, _ message: String, httpStatus: Int? = nil, correlationID: String? = nil) {
        self.init(
            code, message: message, safeMessage: message, httpStatus: httpStatus, correlationID: correlationID)
    }

    /// Makes a reason of an error of the API, whose own message stays out of `safeMessage`.
    public init(_ code: ReasonCode, _ error: GenesysError) {
        self.init(
            code, message: error.message, safeMessage: error.description, httpStatus: error.status,
            correlationID: error.correlationID)
    }

    /// Makes a reason of a message that may quote contact data, and one that does not.
    public init(
        _ code: ReasonCode, message: String, safeMessage: String, httpStatus: Int? = nil, correlationID: String? = nil
    ) {
        self.code = code
        self.message = message.cut(toBytes: Self.messageLimit)
        self.safeMessage = safeMessage.cut(toBytes: Self.messageLimit)
        self.httpStatus = httpStatus
        self.correlationID = correlationID
    }
}
