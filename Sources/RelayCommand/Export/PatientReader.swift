import GenesysCloud
import JSON
import Observability
import Relay
import Seams

/// Reads from the API, and again after a fault that may pass: `retry.*` says how often and how far apart.
///
/// (A short 429 and a token that ends half-way never get here: the client waits, or takes a new token, and asks again.
/// Where the API wants no requests for longer, this waits; neither an attempt nor age is counted for it.)
struct PatientReader: Sendable {
    /// The last fault, after so many attempts.
    struct Failure: Error {
        var error: GenesysError
        var attempts: Int
    }

    let api: any GenesysAPI
    let retry: RetryPolicy
    let time: any TimeSource
    let random: any RandomSource
    let logger: Logger

    func page(_ listing: Listing, number: Int, size: Int) async throws(Failure) -> ResourcePage {
        try await read(["page": "\(number)"]) { (tally) async throws(GenesysError) in
            try await api.page(
                listing.type, organizationID: listing.organizationID, number: number, size: size, tally: &tally)
        }
    }

    /// The Genesys id of the organization with that external id; nil where there is none.
    func organizationID(externalID: String) async throws(Failure) -> String? {
        try await read(["lookup": "organization"]) { (tally) async throws(GenesysError) in
            try await api.find(.organization, externalID: externalID, tally: &tally)
        }?["id"]?.stringValue
    }

    private func read<Value: Sendable>(
        _ what: Logger.Metadata, _ call: (inout CallTally) async throws(GenesysError) -> Value
    ) async throws(Failure) -> Value {
        var began = time.now
        var attempts = 1
        var tally = CallTally()
        while true {
            do throws(GenesysError) {
                return try await call(&tally)
            } catch {
                let now = time.now
                if let retryAt = error.retryAt, retryAt > now {
                    logger.warning(
                        "the API wants no requests for a while; the export goes on after it",
                        what.merging(["until": "\((time.wallTime + (retryAt - now)).description)"]) { first, _ in first
                        })
                    do { try await time.sleep(until: retryAt) } catch {
                        throw Failure(error: Self.cancelled, attempts: attempts)
                    }
                    began = began + (time.now - now)
                    continue
                }
                let pause = retry.delay(afterAttempt: attempts, random: random)
                guard error.mayPass, attempts < retry.maxAttempts, now + pause - began <= retry.maxAge else {
                    throw Failure(error: error, attempts: attempts)
                }
                logger.warning(
                    "the API did not answer; it is asked again",
                    what.merging([
                        "fault": error.description, "attempt": "\(attempts)", "pauseMs": "\(pause.wholeMilliseconds)",
                    ]) { first, _ in first })
                do { try await time.sleep(for: pause) } catch {
                    throw Failure(error: Self.cancelled, attempts: attempts)
                }
                attempts += 1
            }
        }
    }

    private static let cancelled = GenesysError(.cancelled, message: "cancelled while waiting to ask again")
}

extension GenesysError {
    /// Whether the same question may be answered later without anybody's doing.
    fileprivate var mayPass: Bool {
        switch kind {
        case .serverError, .timedOut, .connectionLost, .rateLimited: true
        // With a status below 500, something else than Genesys Cloud stands at the address.
        case .unreachable: status.map { $0 >= 500 } ?? true
        case .credentialsRefused, .forbidden, .notFound, .conflict, .invalidRequest, .cancelled, .withdrawn: false
        }
    }
}
