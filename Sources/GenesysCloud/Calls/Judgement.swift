import HTTPClient
import Seams

/// What the client makes of one request's end: the only place where statuses and transport faults get their meaning.
enum Judgement: Sendable {
    /// 2xx.
    case success(HTTPResponse)
    /// 429: wait, call again.
    case limited(retryAfter: Duration?)
    /// 401: this token was rejected; the error stands if a fresh one is, too.
    case tokenRejected(GenesysError)
    /// Everything else.
    case failure(GenesysError)

    /// - Parameter nature: Whether a lost answer leaves open what happened. A 5xx of a write counts as such, also a 503: a
    ///   gateway may speak for a server that has done the work, and a look-up ends the doubt. Of what is written once
    ///   nothing ends it, so there the words of the API itself, which say that nothing was done, are told from others.
    init(_ result: Result<HTTPResponse, HTTPError>, of nature: APICall.Nature, wallTime: WallTime) {
        switch result {
        case .success(let response): self.init(response, of: nature, wallTime: wallTime)
        case .failure(let error): self = .failure(Self.judge(error, of: nature))
        }
    }

    private init(_ response: HTTPResponse, of nature: APICall.Nature, wallTime: WallTime) {
        func failure(_ kind: GenesysError.Kind, _ words: String, mayHaveHappened: Bool = false) -> Judgement {
            .failure(ErrorBody(response).error(kind, words, mayHaveHappened: mayHaveHappened))
        }
        switch response.status {
        case 200...299: self = .success(response)
        case 429: self = .limited(retryAfter: response.retryAfter(wallTime: wallTime))
        case 401:
            self = .tokenRejected(ErrorBody(response).error(.credentialsRefused, "the API rejects a fresh token"))
        case 403: self = failure(.forbidden, "the API forbids the call")
        case 404, 410: self = failure(.notFound, "the API has no such resource")
        case 408: self = failure(.timedOut, "the API gave up waiting", mayHaveHappened: nature.isWrite)
        case 409: self = failure(.conflict, "the API reports a conflict")
        // A redirect or a proxy that wants a password says that the address is wrong, not the event.
        case 300...399, 407: self = failure(.unreachable, "something else answers in the API's place")
        case 400...499: self = failure(.invalidRequest, "the API refuses the request")
        default:
            let isOpen = Self.leavesOpen(serverError: response, to: nature)
            self = failure(.serverError, "the API failed", mayHaveHappened: isOpen)
        }
    }

    /// Whether a 5xx leaves it open what happened.
    private static func leavesOpen(serverError response: HTTPResponse, to nature: APICall.Nature) -> Bool {
        switch nature {
        case .read: return false
        case .write: return true
        case .writeOnce:
            switch response.status {
            // Nobody took the request.
            case 503: return false
            // A gateway's words about a server that may have done the work, in whatever form.
            case 502, 504: return true
            default: return !ErrorBody(response).isOfAPI
            }
        }
    }

    private static func judge(_ error: HTTPError, of nature: APICall.Nature) -> GenesysError {
        let kind: GenesysError.Kind =
            switch error.kind {
            case .nameNotResolved, .connectFailed, .addressRefused, .tlsFailed: .unreachable
            // Paths and queries are encoded here, so a request that cannot be sent means that the API's URL is none.
            case .invalidRequest: .unreachable
            case .timedOut: .timedOut
            case .connectionLost: .connectionLost
            case .invalidAnswer: .serverError
            // A client is closed when the process ends, and then every call is cancelled.
            case .cancelled, .closed: .cancelled
            }
        // What is written once goes by the delivery alone.
        let isUncertain = error.delivery == .uncertain && (kind != .unreachable || nature == .writeOnce)
        return GenesysError(kind, message: "\(error)", mayHaveHappened: nature.isWrite && isUncertain)
    }
}
