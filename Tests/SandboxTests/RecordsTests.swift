import JSON
import Seams
import TestSupport
import Testing

@testable import Sandbox

struct RecordsTests {
    @Test func theLogKeepsTheLastCallsWithoutTheToken() {
        var bench = Bench(logCapacity: 3)
        for page in 1...5 { _ = bench.call("GET", organizationsPath + "?page=\(page)") }
        let log = bench.state.records.log
        #expect(log.calls(since: 0, limit: 10).map(\.number) == [4, 5, 6])
        #expect(log.calls(since: 4, limit: 1).map(\.number) == [5])
        #expect(log.calls(since: 6, limit: 10).isEmpty)
        #expect(log.calls(since: 4, limit: .max).map(\.number) == [5, 6])
        #expect(log.calls(since: .max, limit: .max).isEmpty)
        let last = log.calls(since: 5, limit: 1).first
        #expect(last?.target == organizationsPath + "?page=5")
        #expect(last?.token == "t-1")
        #expect(last?.status == 200)
    }

    @Test func callsAreCountedByKind() {
        var bench = Bench(organizations: 2)
        _ = bench.call("GET", organizationsPath + "/org-9")
        _ = bench.call("BREW", organizationsPath)
        let kinds = bench.state.records.statistics.byKind
        #expect(kinds[.init(method: "POST", resource: "organizations", status: 201)] == 2)
        #expect(kinds[.init(method: "GET", resource: "organizations", status: 404)] == 1)
        #expect(kinds[.init(method: "OTHER", resource: "organizations", status: 405)] == 1)
        #expect(kinds[.init(method: "POST", resource: "oauth/token", status: 200)] == 1)
        #expect(bench.state.records.statistics.calls == 4)
    }

    @Test func theMeterKnowsTheBusiestSecondAndMinute() {
        var meter = CallMeter()
        func at(_ second: Double) -> Moment { .start + .seconds(second) }
        _ = meter.count(now: at(0.1))
        #expect(meter.count(now: at(0.9)).inSecond == 2)
        #expect(meter.count(now: at(59)) == (1, 3))
        #expect(meter.count(now: at(60)) == (1, 2))
        #expect(meter.count(now: at(1000)) == (1, 1))
    }

    @Test func aResetStartsAfresh() {
        var faults = SandboxFaults()
        faults.requestsPerMinute = 100
        var bench = Bench(faults: faults, organizations: 2)
        bench.state.faults = SandboxFaults()
        bench.state.reset()
        #expect(bench.state.faults == faults)
        #expect(bench.state.records.statistics == SandboxStatistics())
        #expect(bench.call("GET", organizationsPath).status == 401)
        bench.renewToken()
        #expect(bench.call("POST", organizationsPath, #"{"name":"A"}"#)["id"]?.stringValue == "org-1")
    }

    @Test func delaysFallDueInOrder() {
        var queue = DelayQueue<Int>()
        let random = SeededRandom(seed: 3)
        let dues = (0..<500).map { _ in random.below(50) }
        for (index, due) in dues.enumerated() { queue.add(index, due: .start + .seconds(due)) }
        var taken: [Int] = []
        for second in 0..<50 {
            while let index = queue.take(now: .start + .seconds(second)) {
                #expect(dues[index] == second)
                taken.append(index)
            }
        }
        #expect(taken == dues.indices.sorted { (dues[$0], $0) < (dues[$1], $1) })
        #expect(queue.nextDue == nil)
    }
}
