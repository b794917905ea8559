import JSON
import Testing

@testable import Sandbox

struct PurgeFaultTests {
    @Test(arguments: [
        FaultRule.Effect.loseAnswer, .hangAfterHandling, .delay(.seconds(5)),
        .errorAfterHandling(status: 502, contentType: "text/html", body: "<p>"),
        .errorAfterHandling(status: 202, contentType: "application/json", body: #"{"purge"#),
    ])
    func whatIsHandledIsInTheLedgerWhateverTheAnswer(_ effect: FaultRule.Effect) {
        var bench = Bench { $0.purgeQuota = 5 }
        bench.state.faults.rules = [FaultRule(effect, method: "POST", path: purgePath, times: 1)]
        _ = bench.call("POST", purgePath, PurgeTests.body)
        #expect(PurgeTests.ledger(bench).count == 1)
        #expect(bench.state.purges.quota?.remaining == 4)
        #expect(bench.state.faults.rules.isEmpty)
    }

    @Test func aGatewaysAnswerTakesThePlaceOfTheAPIs() {
        var bench = Bench()
        bench.state.faults.rules = [FaultRule(.errorAfterHandling(status: 502, contentType: "text/html", body: "<p>"))]
        let reply = bench.call("POST", purgePath, PurgeTests.body)
        #expect(reply.status == 502)
        #expect(reply.text == "<p>")
        #expect(reply.header("Content-Type") == "text/html")
    }

    @Test(arguments: [
        FaultRule.Effect.close, .hang, .error(status: 500, contentType: "application/json", body: #"{"message":"no"}"#),
    ])
    func whatIsNotHandledIsNot(_ effect: FaultRule.Effect) {
        var bench = Bench()
        bench.state.faults.rules = [FaultRule(effect)]
        _ = bench.call("POST", purgePath, PurgeTests.body)
        #expect(PurgeTests.ledger(bench).isEmpty)
    }

    @Test func theErrorRateIsOfPurgesToo() {
        var faults = SandboxFaults()
        faults.errorRate = 1
        var bench = Bench(faults: faults)
        var taken: Set<Int> = []
        for _ in 0..<100 {
            let before = PurgeTests.ledger(bench).count
            let status = bench.call("POST", purgePath, PurgeTests.body).status
            if PurgeTests.ledger(bench).count > before { taken.insert(status) }
        }
        #expect(taken == [502, 504])
    }

    @Test func tokensLimitsAndLicencesAreThoseOfTheAPI() {
        var faults = SandboxFaults()
        faults.requestsPerMinute = 2
        var bench = Bench(faults: faults)
        #expect(bench.plan("POST", purgePath, PurgeTests.body, authorization: "Bearer no").outcome.status == 401)
        #expect(bench.call("GET", purgePath + "/quota").status == 404)
        bench.state.faults.forbidden = true
        #expect(bench.call("POST", purgePath, PurgeTests.body).status == 403)
        #expect(bench.call("POST", purgePath, PurgeTests.body).status == 429)
        #expect(PurgeTests.ledger(bench).isEmpty)
        let kinds = bench.state.records.statistics.byKind
        #expect(kinds[.init(method: "POST", resource: "purge", status: 429)] == 1)
    }
}
