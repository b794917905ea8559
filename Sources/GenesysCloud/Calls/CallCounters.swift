import HTTPClient
import Synchronization

/// Counts the requests that were sent, by method and result.
final class CallCounters: Sendable {
    private struct Key: Hashable {
        var method: String
        var result: String
    }

    private let counts = Mutex<[Key: Int]>([:])

    func count(method: String, _ result: Result<HTTPResponse, HTTPError>) {
        let key = Key(method: method, result: Self.name(of: result))
        counts.withLock { $0[key, default: 0] += 1 }
    }

    /// Sorted by method, then by result.
    var snapshot: [RequestCount] {
        counts.withLock { counts in
            counts.map { RequestCount(method: $0.key.method, result: $0.key.result, count: $0.value) }
        }
        .sorted { ($0.method, $0.result) < ($1.method, $1.result) }
    }

    private static func name(of result: Result<HTTPResponse, HTTPError>) -> String {
        switch result {
        case .success(let response): response.status == 429 ? "429" : "\(response.status / 100)xx"
        case .failure: "error"
        }
    }
}
