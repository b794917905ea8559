import JSON
import Testing

@testable import Sandbox

struct FaultTests {
    @Test func aLostAnswerIsStored() {
        var bench = Bench(organizations: 1)
        bench.state.faults.rules = [FaultRule(.loseAnswer, method: "POST", path: contactsPath, times: 1)]
        let body = #"{"organizationId":"org-1","firstName":"J","externalId":"x"}"#
        guard case .close = bench.plan("POST", contactsPath, body).outcome else {
            Issue.record("the connection is closed")
            return
        }
        #expect(bench.call("GET", contactsPath + "?externalId=x").items.count == 1)
        #expect(bench.call("POST", contactsPath, body).status == 409)
        #expect(bench.state.faults.rules.isEmpty)
    }

    @Test func whatHangsOrIsClosedBeforeHandlingStoresNothing() {
        var bench = Bench()
        bench.state.faults.rules = [
            FaultRule(.hang, method: "POST", times: 1), FaultRule(.close, method: "POST", times: 1),
        ]
        let outcomes = (0..<2).map { _ in bench.plan("POST", organizationsPath, #"{"name":"A"}"#).outcome.status }
        #expect(outcomes == [0, 0])
        #expect(bench.call("GET", organizationsPath).items.isEmpty)
    }

    @Test func aRuleSkipsThenTakesAndIsUsedUp() {
        var bench = Bench()
        bench.state.faults.rules = [
            FaultRule(.error(status: 503, contentType: "text/html", body: "<p>"), path: "/api/*", skip: 1, times: 2)
        ]
        let replies = (0..<4).map { _ in bench.call("GET", organizationsPath) }
        #expect(replies.map(\.status) == [200, 503, 503, 200])
        #expect(replies[1].text == "<p>")
    }

    @Test func aRuleWithoutAPathLeavesTokenRequestsAlone() {
        var bench = Bench()
        bench.state.faults.rules = [FaultRule(.close)]
        #expect(bench.tokenRequest().status == 200)
        bench.state.faults.rules = [FaultRule(.close, path: "/oauth/token")]
        #expect(bench.tokenRequest().status == 0)
    }

    @Test func theErrorRateIsAboutWhatWasAskedFor() {
        var faults = SandboxFaults()
        faults.errorRate = 0.25
        var bench = Bench(faults: faults)
        let failed = (0..<2000).count { _ in bench.call("GET", organizationsPath).status >= 500 }
        #expect((400...600).contains(failed))
    }

    @Test func aGatewaysErrorMayHideThatTheCallWasHandled() {
        var faults = SandboxFaults()
        faults.errorRate = 1
        var bench = Bench(faults: faults)
        var statuses: Set<Int> = []
        var stored: Set<Int> = []
        for _ in 0..<100 {
            let before = bench.state.directory.organizations.documents.count
            let status = bench.call("POST", organizationsPath, #"{"name":"A"}"#).status
            statuses.insert(status)
            if bench.state.directory.organizations.documents.count > before { stored.insert(status) }
        }
        #expect(statuses == [500, 502, 503, 504])
        #expect(stored == [502, 504])
    }

    @Test func latencyHoldsAnswersBackWithinItsBounds() {
        var faults = SandboxFaults()
        faults.latency = .milliseconds(50)
        faults.latencyJitter = .milliseconds(10)
        var bench = Bench(faults: faults)
        let delays = (0..<100).map { _ in bench.plan("GET", organizationsPath).delay }
        #expect(delays.allSatisfy { $0 >= .milliseconds(50) && $0 < .milliseconds(60) })
        #expect(Set(delays).count > 1)
        #expect(bench.state.records.statistics.mostCallsAtOnce == 100)
    }

    @Test func forbiddenIs403OnEveryEndpoint() {
        var faults = SandboxFaults()
        faults.forbidden = true
        var bench = Bench(faults: faults)
        #expect(bench.call("GET", organizationsPath).status == 403)
        #expect(bench.call("POST", contactsPath, "{}").status == 403)
    }

    @Test func theDocumentOfFaultsReadsBackAsItself() throws {
        var faults = SandboxFaults()
        faults.latency = .milliseconds(1.5)
        faults.errorRate = 0.25
        faults.requestsPerMinute = 300
        faults.otherConsumerPerMinute = 270
        faults.rateLimitHeaders = false
        faults.retryAfter = .seconds(400)
        faults.retryAfterAsDate = true
        faults.tokenReuse = true
        faults.rules = [
            FaultRule(.loseAnswer, method: "POST", path: "/a*", skip: 2, times: 3, share: 0.5),
            FaultRule(.error(status: 502, contentType: "text/plain", body: "b")), FaultRule(.hang),
            FaultRule(.delay(.milliseconds(7))), FaultRule(.close), FaultRule(.hangAfterHandling),
            FaultRule(.errorAfterHandling(status: 504, contentType: "text/plain", body: "late"), times: 2),
        ]
        #expect(try SandboxFaults(JSONValue(parsing: faults.document.bytes)) == faults)
        #expect(try SandboxFaults(.object([])) == SandboxFaults())
    }

    @Test(arguments: [
        (#"{"errorRate":2}"#, "errorRate"), (#"{"latency":1}"#, "latency"), (#"{"rules":[{}]}"#, "rules[0].effect"),
        (#"{"rules":[{"effect":"hang","x":1}]}"#, "rules[0].x"), (#"{"requestsPerMinute":0}"#, "requestsPerMinute"),
        (#"{"forbidden":"no"}"#, "forbidden"), ("[]", "body"),
    ])
    func wrongFaultsAreRefusedByName(_ text: String, _ field: String) throws {
        let document = try JSONValue(parsing: text)
        #expect { try SandboxFaults(document) } throws: { ($0 as? Refusal)?.field == field }
    }
}
