/// Why an event was not applied, as a word for machines. An open set: readers must bear codes that they do not know.
public struct ReasonCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The code as outcomes and dead letters spell it.
    public let rawValue: String

    /// Makes a code; one that is not among `all` belongs into that list, and into the schema of the outcomes.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// No CloudEvent, or one whose attributes break its rules.
    public static let malformedEvent = ReasonCode(rawValue: "malformedEvent")
    /// A type that the topic does not have.
    public static let unsupportedType = ReasonCode(rawValue: "unsupportedType")
    /// Data that break the rules of the event's type.
    public static let invalidData = ReasonCode(rawValue: "invalidData")
    /// The resource is not there.
    public static let notFound = ReasonCode(rawValue: "notFound")
    /// The contact's organization is not there.
    public static let organizationNotFound = ReasonCode(rawValue: "organizationNotFound")
    /// The API sees a conflict that looking again does not resolve.
    public static let conflict = ReasonCode(rawValue: "conflict")
    /// The API refuses the request for good.
    public static let invalidRequest = ReasonCode(rawValue: "invalidRequest")
    /// The API forbids it.
    public static let forbidden = ReasonCode(rawValue: "forbidden")
    /// The API did not answer in time.
    public static let timeout = ReasonCode(rawValue: "timeout")
    /// The API failed.
    public static let serverError = ReasonCode(rawValue: "serverError")
    /// The connection broke before the answer came, or none could be made.
    public static let connectionLost = ReasonCode(rawValue: "connectionLost")
    /// The API wants fewer requests.
    public static let rateLimited = ReasonCode(rawValue: "rateLimited")
    /// Attempts or their time are used up.
    public static let retriesExhausted = ReasonCode(rawValue: "retriesExhausted")
    /// No purge quota is left.
    public static let quotaExhausted = ReasonCode(rawValue: "quotaExhausted")
    /// A purge would orphan soft-deleted records.
    public static let dependencyViolation = ReasonCode(rawValue: "dependencyViolation")
    /// A purge's execution window is not open.
    public static let windowClosed = ReasonCode(rawValue: "windowClosed")
    /// A purge's webhook is not on a host that is allowed.
    public static let webhookNotAllowed = ReasonCode(rawValue: "webhookNotAllowed")
    /// A greater sequence of the same source was applied before.
    public static let staleSequence = ReasonCode(rawValue: "staleSequence")
    /// A purge may have been submitted; a person must say.
    public static let uncertainSubmission = ReasonCode(rawValue: "uncertainSubmission")
    /// The purge job failed; the API said so.
    public static let purgeFailed = ReasonCode(rawValue: "purgeFailed")
    /// A person gave a held purge up.
    public static let abandoned = ReasonCode(rawValue: "abandoned")

    /// Every code that this program uses, in the order of the contract.
    public static let all: [ReasonCode] = [
        malformedEvent, unsupportedType, invalidData, notFound, organizationNotFound, conflict, invalidRequest,
        forbidden, timeout, serverError, connectionLost, rateLimited, retriesExhausted, quotaExhausted,
        dependencyViolation, windowClosed, webhookNotAllowed, staleSequence, uncertainSubmission, purgeFailed,
        abandoned,
    ]
}
