import JSON
import Seams
import TestSupport
import Testing

@testable import Sandbox

struct PurgeTests {
    static let body = #"{"resourceType":"conversation","purgeReason":"R","filters":{"mediaTypes":["voice"]},"n":1.0}"#

    @Test func aPurgeIsTakenAndGoesByTheClock() {
        var bench = Bench()
        let taken = bench.call("POST", purgePath, Self.body)
        #expect(taken.status == 202)
        #expect(taken.text == #"{"purgeId":"p-1","status":"QUEUED","estimatedDuration":20}"#)
        let records = Self.ledger(bench)[0].records
        func look() -> (String?, Int64?) {
            let job = bench.call("GET", purgePath + "/p-1")
            #expect(job.status == 200)
            #expect(job["purgeId"]?.stringValue == "p-1")
            #expect(job["errors"]?.elements.isEmpty == true)
            return (job["status"]?.stringValue, job["recordsPurged"]?.intValue)
        }
        #expect(look() == ("QUEUED", 0))
        bench.time.advance(by: .milliseconds(4999))
        #expect(look() == ("QUEUED", 0))
        bench.time.advance(by: .milliseconds(1))
        #expect(look() == ("RUNNING", 0))
        bench.time.advance(by: .milliseconds(7500))
        #expect(look() == ("RUNNING", Int64(records / 2)))
        bench.time.advance(by: .milliseconds(7499))
        #expect(look().0 == "RUNNING")
        bench.time.advance(by: .milliseconds(1))
        #expect(look() == ("COMPLETED", Int64(records)))
        bench.time.advance(by: .seconds(1_000_000))
        bench.renewToken()
        #expect(look() == ("COMPLETED", Int64(records)))
    }

    @Test func aJobThatFailsStopsHalfWay() {
        var bench = Bench { $0.purgeFailureRate = 1 }
        _ = bench.call("POST", purgePath, Self.body)
        bench.time.advance(by: .seconds(19))
        #expect(bench.call("GET", purgePath + "/p-1")["status"]?.stringValue == "RUNNING")
        bench.time.advance(by: .seconds(1))
        let job = bench.call("GET", purgePath + "/p-1")
        #expect(job["status"]?.stringValue == "FAILED")
        #expect(job["recordsPurged"]?.intValue == Int64(Self.ledger(bench)[0].records / 2))
        #expect(job["errors"]?.elements.map(\.stringValue) == ["the purge stopped half-way"])
    }

    @Test func theFailureRateIsAboutWhatWasAskedFor() {
        var bench = Bench { settings in
            settings.purgeFailureRate = 0.25
            settings.purgeDuration = .zero
        }
        for _ in 0..<400 { _ = bench.call("POST", purgePath, Self.body) }
        let purges = Self.ledger(bench)
        #expect((60...140).contains(purges.count { $0.status == "FAILED" }))
        #expect(purges.allSatisfy { $0.records > 0 })
        #expect(Set(purges.map(\.records)).count > 390)
    }

    @Test func withoutAQuotaThereIsNone() {
        var bench = Bench()
        let quota = bench.call("GET", purgePath + "/quota")
        #expect(quota.status == 404)
        #expect(quota["status"]?.intValue == 404)
    }

    @Test func theQuotaCountsWhatWasTakenAndIsKept() {
        var bench = Bench { $0.purgeQuota = 2 }
        #expect(bench.call("POST", purgePath, "{}").status == 400)
        #expect(bench.call("GET", purgePath + "/quota").text == #"{"quotaRemaining":2,"quotaLimit":2}"#)
        #expect(bench.call("POST", purgePath, Self.body)["quotaRemaining"]?.intValue == 1)
        #expect(bench.call("POST", purgePath, Self.body)["quotaRemaining"]?.intValue == 0)
        #expect(bench.call("GET", purgePath + "/quota").text == #"{"quotaRemaining":0,"quotaLimit":2}"#)
        let refused = bench.call("POST", purgePath, Self.body)
        #expect(refused.status == 422)
        #expect(refused["code"]?.stringValue == "purge.quota.exhausted")
        #expect(Self.ledger(bench).count == 2)
    }

    @Test func theLedgerKeepsEachBodyAsItCame() {
        var bench = Bench()
        _ = bench.call("POST", purgePath, Self.body)
        bench.time.advance(by: .seconds(20))
        _ = bench.call("POST", purgePath, Self.body)
        let purges = Self.ledger(bench)
        #expect(purges.map(\.purgeID) == ["p-1", "p-2"])
        #expect(purges.map(\.number) == [1, 2])
        #expect(purges.map(\.sent.text) == [Self.body, Self.body])
        #expect(purges.map(\.status) == ["COMPLETED", "QUEUED"])
        #expect(purges[1].time.milliseconds - purges[0].time.milliseconds == 20_000)
        let ledger = bench.state.purges
        #expect(ledger.records(since: 1, limit: 5, now: bench.time.now).map(\.number) == [2])
        #expect(ledger.records(since: 0, limit: 1, now: bench.time.now).map(\.number) == [1])
        #expect(ledger.records(since: .max, limit: .max, now: bench.time.now).isEmpty)
    }

    @Test func aResetForgetsPurgesAndGivesTheQuotaBack() {
        var bench = Bench { $0.purgeQuota = 1 }
        _ = bench.call("POST", purgePath, Self.body)
        bench.state.reset()
        bench.renewToken()
        #expect(Self.ledger(bench).isEmpty)
        #expect(bench.call("POST", purgePath, Self.body)["purgeId"]?.stringValue == "p-1")
    }

    @Test(arguments: [
        ("GET", "/api/v2/purge", 405), ("DELETE", "/api/v2/purge/p-1", 405), ("POST", "/api/v2/purge/quota", 405),
        ("GET", "/api/v2/purge/p-2", 404), ("GET", "/api/v2/purge/p-01", 404), ("GET", "/api/v2/purge/p-0", 404),
        ("GET", "/api/v2/purge/c-1", 404), ("GET", "/api/v2/purge/", 404), ("GET", "/api/v2/purge/p-1/x", 404),
        ("GET", "/api/v2/purges", 404),
    ])
    func whatIsNotThereIsSaid(_ method: String, _ target: String, _ status: Int) {
        var bench = Bench()
        _ = bench.call("POST", purgePath, Self.body)
        #expect(bench.call(method, target).status == status)
    }

    static func ledger(_ bench: Bench) -> [SandboxPurge] {
        bench.state.purges.records(since: 0, limit: .max, now: bench.time.now)
    }
}
