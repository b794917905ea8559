import GenesysCloud
import Seams

@testable import Relay

extension LaneKey {
    /// The contact lane with that number.
    static func contact(_ number: Int) -> LaneKey { LaneKey(.contact, name: Array("c\(number)".utf8)) }
}

extension Moment {
    static func at(_ seconds: Double) -> Moment { .start + .milliseconds(Int64(seconds * 1000)) }
}

extension GenesysError {
    static func forbidden(_ operation: APIOperation = .replaceContact) -> GenesysError {
        GenesysError(.forbidden, status: 403, message: "no", operation: operation)
    }

    static let tokenRefused = GenesysError(.credentialsRefused, status: 401, message: "no", operation: .readContact)
    static let unreachable = GenesysError(.unreachable, message: "no", operation: .readContact)
    static let failing = GenesysError(.serverError, status: 500, message: "no", operation: .replaceContact)

    static func deferred(until moment: Moment) -> GenesysError {
        GenesysError(.rateLimited, status: 429, message: "no", operation: .readContact, retryAt: moment)
    }
}
