import Foundation
import ProcessSupport
import TestSupport

/// What an API counted between two looks.
struct QuotaSpan {
    let start: SandboxCount
    let end: SandboxCount

    var seconds: Double { Double((end.taken - start.taken) / .milliseconds(1)) / 1000 }
    var calls: Int { end.calls - start.calls }
    var refused: Int { end.refused - start.refused }
    var ignoring: Int { end.ignoring - start.ignoring }
    var tokenRequests: Int { end.tokenRequests - start.tokenRequests }
    /// Admitted calls a minute.
    var rate: Double { Double(calls - refused) * 60 / seconds }

    /// How much of a quota was used.
    func use(of requestsPerMinute: Int) -> Double { rate / Double(requestsPerMinute) }

    /// The share of calls that were answered 429.
    var refusedShare: Double { calls == 0 ? 0 : Double(refused) / Double(calls) }

    func text(of requestsPerMinute: Int) -> String {
        func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
        return """
            \(percent(use(of: requestsPerMinute))) of the quota in \(String(format: "%.1f", seconds)) s, \
            \(percent(refusedShare)) answered 429, \(ignoring) calls in a closed gate
            """
    }
}
