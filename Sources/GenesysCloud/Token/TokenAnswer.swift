import HTTPClient
import JSON
import Seams

/// What came of one request to the token endpoint.
///
/// Two kinds of error come of it, both faults of the set-up or outages, never of an event: `credentialsRefused` where
/// the endpoint refuses us (400, 401, 403) or the secret cannot be read, `unreachable` for everything else (no
/// connection, time-outs, 5xx, a redirect, another 4xx, an answer that cannot be read).
enum TokenAnswer: Sendable {
    /// A token; `life` is nil where the endpoint does not say, and counts from the answer's arrival.
    case granted(value: String, life: Duration?)
    /// 429: ask later.
    case limited(retryAfter: Duration?)
    /// No token; the endpoint may say when to ask again.
    case failed(GenesysError, retryAfter: Duration? = nil)
    /// The caller that asked was cancelled: nothing is known.
    case abandoned

    /// Judges an answer of the token endpoint.
    init(_ result: Result<HTTPResponse, HTTPError>, wallTime: WallTime) {
        switch result {
        case .failure(let error) where error.kind == .cancelled:
            self = .abandoned
        case .failure(let error):
            self = .failed(GenesysError(.unreachable, message: "no answer of the token endpoint: \(error)"))
        case .success(let response):
            switch response.status {
            case 200...299: self = Self.grant(response)
            case 429: self = .limited(retryAfter: response.retryAfter(wallTime: wallTime))
            case 400, 401, 403:
                self = .failed(ErrorBody(response).error(.credentialsRefused, "the token endpoint refuses the client"))
            default:
                self = .failed(
                    ErrorBody(response).error(.unreachable, "the token endpoint gives no token"),
                    retryAfter: response.retryAfter(wallTime: wallTime))
            }
        }
    }

    private static func grant(_ response: HTTPResponse) -> TokenAnswer {
        let document = try? JSONValue(parsing: response.body)
        guard let value = document?["access_token"]?.stringValue, !value.isEmpty,
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return .failed(
                GenesysError(
                    .unreachable, status: response.status, message: "the token endpoint's answer holds no token"))
        }
        return .granted(value: value, life: document?["expires_in"].flatMap(life))
    }

    /// `expires_in` in seconds, also when it came as a string; bounded to ten years.
    private static func life(_ member: JSONValue) -> Duration? {
        guard let seconds = member.doubleValue ?? member.stringValue.flatMap(Double.init), seconds.isFinite else {
            return nil
        }
        return .seconds(min(max(seconds, 0), 315_360_000))
    }
}
