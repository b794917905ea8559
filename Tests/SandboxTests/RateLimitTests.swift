import JSON
import Seams
import TestSupport
import Testing

@testable import Sandbox

/// The rate limit as judge: what was used of it, and who came although told to wait.
struct RateLimitTests {
    private static func bench(_ limit: Int, _ configure: (inout SandboxFaults) -> Void = { _ in }) -> Bench {
        var faults = SandboxFaults()
        faults.requestsPerMinute = limit
        configure(&faults)
        return Bench(faults: faults)
    }

    private static func statuses(_ bench: inout Bench, _ count: Int) -> [Int] {
        (0..<count).map { _ in bench.call("GET", organizationsPath).status }
    }

    // MARK: Windows

    @Test func eachWindowTellsWhatCameAndWhatWasRefused() {
        var bench = Self.bench(3)
        let start = bench.time.wallTime
        #expect(Self.statuses(&bench, 5) == [200, 200, 200, 429, 429])
        bench.time.advance(by: .seconds(90))
        #expect(Self.statuses(&bench, 1) == [200])
        let windows = bench.state.records.statistics.rateWindows
        #expect(windows.map(\.start) == [start, start + .seconds(90)], "a call opens a window")
        #expect(windows.map(\.calls) == [5, 1])
        #expect(windows.map(\.refused) == [2, 0])
        #expect(windows.map(\.used) == [3, 1])
        #expect(windows.allSatisfy { $0.limit == 3 && $0.length == .seconds(60) })
    }

    @Test func aShortWindowHasItsShareOfTheLimit() {
        var bench = Self.bench(60) { $0.rateWindow = .seconds(5) }
        _ = Self.statuses(&bench, 6)
        let window = bench.state.records.statistics.rateWindows.last
        #expect(window?.limit == 5)
        #expect(window?.used == 5)
    }

    @Test func oldWindowsAreForgotten() {
        var bench = Self.bench(60) { $0.rateWindow = .seconds(1) }
        for _ in 0..<130 {
            _ = bench.call("GET", organizationsPath)
            bench.time.advance(by: .seconds(1))
        }
        let windows = bench.state.records.statistics.rateWindows
        #expect(windows.count == 120)
        #expect(windows.last?.start == bench.time.wallTime + .seconds(-1))
    }

    @Test func theDocumentHasTheWindows() throws {
        var bench = Self.bench(1)
        _ = Self.statuses(&bench, 2)
        let windows = bench.state.records.statistics.document["rateWindows"]
        #expect(
            windows?.text
                == #"[{"start":"\#(bench.time.wallTime)","lengthSeconds":60,"limit":1,"calls":2,"refused":1,"others":0}]"#
        )
    }

    // MARK: Headers

    @Test func answersTellHowTheClientStands() {
        var bench = Self.bench(2)
        let first = bench.call("GET", organizationsPath)
        #expect(first.header("inin-ratelimit-count") == "1")
        #expect(first.header("inin-ratelimit-allowed") == "2")
        #expect(first.header("inin-ratelimit-reset") == "60")
        bench.time.advance(by: .milliseconds(20_500))
        let missing = bench.call("GET", organizationsPath + "/org-9")
        #expect(missing.status == 404)
        #expect(missing.header("inin-ratelimit-count") == "2")
        #expect(missing.header("inin-ratelimit-reset") == "40")
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "2", "a 429 is not counted")
    }

    @Test func theyAreSilentWhenToldToAndWithoutALimit() {
        var bench = Self.bench(2) { $0.rateLimitHeaders = false }
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == nil)
        bench.state.faults = SandboxFaults()
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == nil)
        #expect(bench.tokenRequest().header("inin-ratelimit-count") == nil)
    }

    // MARK: The other consumer

    @Test func anotherConsumerTakesItsPartEvenly() {
        var bench = Self.bench(60) { $0.otherConsumerPerMinute = 30 }
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "1")
        bench.time.advance(by: .seconds(20))
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "12")
        bench.time.advance(by: .milliseconds(1_900))
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "13")
        bench.time.advance(by: .milliseconds(100))
        #expect(
            bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "15", "nothing is lost by rounding")
        let statuses = Self.statuses(&bench, 46)
        #expect(statuses == Array(repeating: 200, count: 45) + [429])
        #expect(bench.state.records.statistics.rateWindows.last?.others == 11)
    }

    @Test func whatTheOtherConsumerIsRefusedIsForgotten() {
        var bench = Self.bench(10) { $0.otherConsumerPerMinute = 60 }
        _ = Self.statuses(&bench, 6)
        bench.time.advance(by: .seconds(30))
        #expect(bench.call("GET", organizationsPath).status == 429)
        let window = bench.state.records.statistics.rateWindows.last
        #expect(window?.others == 4)
        #expect(window?.used == 10)
    }

    @Test func theOtherConsumerOpensWindowsAndBeginsWhenItIsTold() {
        var bench = Self.bench(60)
        let start = bench.time.wallTime
        _ = bench.call("GET", organizationsPath)
        bench.time.advance(by: .seconds(30))
        bench.state.faults.otherConsumerPerMinute = 60
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "2")
        bench.time.advance(by: .seconds(40))
        #expect(bench.call("GET", organizationsPath).header("inin-ratelimit-count") == "11")
        #expect(bench.state.records.statistics.rateWindows.map(\.start) == [start, start + .seconds(60)])
    }

    // MARK: Retry-After

    @Test func aLongerRetryAfterDoesNotChangeTheLimit() {
        var bench = Self.bench(1) { $0.retryAfter = .seconds(400) }
        #expect(Self.statuses(&bench, 1) == [200])
        let refused = bench.call("GET", organizationsPath)
        #expect(refused.header("Retry-After") == "400")
        bench.time.advance(by: .seconds(399))
        #expect(bench.call("GET", organizationsPath).status == 200)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
        bench.time.advance(by: .seconds(1))
        _ = bench.call("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
    }

    @Test func retryAfterMayBeADateWhichIsNotBeforeTheWindowsEnd() {
        var bench = Self.bench(1) { $0.retryAfterAsDate = true }
        bench.time.advance(by: .milliseconds(300))
        #expect(Self.statuses(&bench, 1) == [200])
        let refused = bench.call("GET", organizationsPath)
        // 1_790_000_000 is Mon, 21 Sep 2026 14:13:20 GMT; the window ends 300 ms after 14:14:20.
        #expect(refused.header("Retry-After") == "Mon, 21 Sep 2026 14:14:21 GMT")
        bench.time.advance(by: .milliseconds(60_600))
        _ = bench.call("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
        bench.time.advance(by: .milliseconds(100))
        _ = bench.call("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
    }

    // MARK: Closed gates

    @Test func onlyWhoWasToldHasToWait() {
        var bench = Self.bench(1)
        let told = bench.token
        #expect(Self.statuses(&bench, 2) == [200, 429])
        bench.time.advance(by: .seconds(5))
        bench.renewToken()
        #expect(Self.statuses(&bench, 1) == [429])
        #expect(bench.state.records.statistics.callsDuringRetryAfter == 0, "another token was told nothing")
        bench.token = told
        #expect(Self.statuses(&bench, 1) == [429])
        #expect(bench.state.records.statistics.callsDuringRetryAfter == 1)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
    }

    @Test func nobodyKnowsOfAnAnswerThatIsStillHeldBack() {
        var bench = Self.bench(1) { $0.latency = .seconds(10) }
        _ = bench.call("GET", organizationsPath)
        let refused = bench.plan("GET", organizationsPath)
        bench.time.advance(by: .seconds(9))
        _ = bench.plan("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsDuringRetryAfter == 0)
        bench.time.advance(by: .seconds(1))
        _ = bench.finish(refused)
        bench.time.advance(by: .milliseconds(999))
        _ = bench.plan("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsDuringRetryAfter == 1, "on the wire with the answer, perhaps")
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 0)
        bench.time.advance(by: .milliseconds(1))
        _ = bench.plan("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
        // Told at 10 s that 60 s are left.
        bench.time.advance(by: .seconds(59))
        _ = bench.plan("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsIgnoringRetryAfter == 1)
    }

    @Test func anAnswerThatIsLostTellsNobody() {
        var bench = Self.bench(1)
        bench.state.faults.rules = [FaultRule(.loseAnswer, skip: 1, times: 1)]
        #expect(Self.statuses(&bench, 2) == [200, 0])
        bench.time.advance(by: .seconds(5))
        _ = bench.call("GET", organizationsPath)
        #expect(bench.state.records.statistics.callsDuringRetryAfter == 0)
    }
}
