import Seams

/// The request log and the counters.
struct Records {
    private static let mostRateWindows = 120

    private(set) var statistics = SandboxStatistics()
    private(set) var log: RequestLog
    private var meter = CallMeter()
    private var number = 0
    private var atOnce = 0
    private var tokensAtOnce = 0

    init(capacity: Int) {
        log = RequestLog(capacity: capacity)
    }

    /// A call arrived; gives its number.
    mutating func arrived(isToken: Bool, now: Moment) -> Int {
        number += 1
        statistics.requests += 1
        if isToken {
            statistics.tokenRequests += 1
            tokensAtOnce += 1
            statistics.mostTokenRequestsAtOnce = max(statistics.mostTokenRequestsAtOnce, tokensAtOnce)
        } else {
            atOnce += 1
            statistics.mostCallsAtOnce = max(statistics.mostCallsAtOnce, atOnce)
            let (inSecond, inMinute) = meter.count(now: now)
            statistics.mostCallsInOneSecond = max(statistics.mostCallsInOneSecond, inSecond)
            statistics.mostCallsInOneMinute = max(statistics.mostCallsInOneMinute, inMinute)
        }
        return number
    }

    mutating func decided(_ call: LoggedCall, resource: Route.Resource) {
        log.append(call)
        let method = ["GET", "POST", "PUT", "DELETE"].contains(call.method) ? call.method : "OTHER"
        let kind = SandboxStatistics.CallKind(method: method, resource: resource.rawValue, status: call.status)
        statistics.byKind[kind, default: 0] += 1
        let isToken = resource == .formToken || resource == .basicToken
        if call.status == 429 && !isToken { statistics.tooManyRequests += 1 }
    }

    /// The call was answered, or given up.
    mutating func finished(isToken: Bool) {
        if isToken { tokensAtOnce -= 1 } else { atOnce -= 1 }
    }

    /// A call was held against the rate limit, in this window.
    mutating func counted(in window: RateWindow) {
        if statistics.rateWindows.last?.start == window.start {
            statistics.rateWindows[statistics.rateWindows.count - 1] = window
        } else {
            if statistics.rateWindows.count == Self.mostRateWindows { statistics.rateWindows.removeFirst() }
            statistics.rateWindows.append(window)
        }
    }

    /// A call came although its token's holder had been told, `age` ago, to wait.
    mutating func cameEarly(age: Duration) {
        statistics.callsDuringRetryAfter += 1
        if age >= .seconds(1) { statistics.callsIgnoringRetryAfter += 1 }
    }

    /// Forgets all but what is still unanswered.
    mutating func reset(capacity: Int) {
        let unanswered = (atOnce, tokensAtOnce)
        self = Records(capacity: capacity)
        (atOnce, tokensAtOnce) = unanswered
    }
}
