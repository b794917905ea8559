import HTTPClient
import JSON

/// One POST that submits a purge, and what its sender learns of it.
final class PurgeSubmissionTry {
    enum Answer {
        /// What it did is known.
        case certain
        /// Nothing was done, and the API's client sends it again by itself.
        case again
        /// Nobody knows what it did.
        case uncertain

        init(_ result: Result<HTTPResponse, HTTPError>) {
            switch result {
            case .failure(let error): self = error.delivery == .notSent ? .certain : .uncertain
            case .success(let response):
                let body = try? JSONValue(parsing: response.body)
                switch response.status {
                case 200...299: self = body?["purgeId"] == nil ? .uncertain : .certain
                case 401, 429: self = .again
                case 502, 504: self = .uncertain
                case 400...499, 503: self = .certain
                default: self = body?["message"] == nil ? .uncertain : .certain
                }
            }
        }
    }

    let requestID: String
    let marker: String
    /// The first that the sender hears; nil as long as it waits.
    private(set) var answer: Answer?

    init(requestID: String, marker: String) {
        self.requestID = requestID
        self.marker = marker
    }

    func isAnswered(_ answer: Answer) {
        if self.answer == nil { self.answer = answer }
    }
}
