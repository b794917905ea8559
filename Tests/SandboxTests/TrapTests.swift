import JSON
import TestSupport
import Testing

@testable import Sandbox

/// The traps that the source guides name.
struct TrapTests {
    @Test func aPutWipesWhatItDoesNotSend() {
        var bench = Bench(organizations: 1)
        let made = bench.call(
            "POST", contactsPath, #"{"organizationId":"org-1","firstName":"J","externalId":"x","metadata":{"a":1}}"#)
        let put = bench.call("PUT", contactsPath + "/c-1", #"{"organizationId":"org-1","lastName":"D"}"#)
        #expect(put.status == 200)
        let read = bench.call("GET", contactsPath + "/c-1")
        #expect(read["firstName"] == nil && read["metadata"] == nil && read["externalId"] == nil)
        #expect(read["lastName"]?.stringValue == "D")
        #expect(read["id"]?.stringValue == "c-1")
        #expect(read["createdDate"]?.text == made["createdDate"]?.text)
        #expect(bench.call("GET", contactsPath + "?externalId=x").items.isEmpty)
    }

    @Test(arguments: [#""organizationId":"org-2","#, "", #""organizationId":null,"#])
    func theOrganizationOfAContactIsImmutable(_ member: String) {
        var bench = Bench(organizations: 2)
        _ = bench.call("POST", contactsPath, #"{"organizationId":"org-1","firstName":"J"}"#)
        let put = bench.call("PUT", contactsPath + "/c-1", "{\(member)\"firstName\":\"J\"}")
        #expect(put.status == 422)
        #expect(put.field == "organizationId")
    }

    @Test func aPostWithoutExternalIdMakesADuplicateSilently() {
        var bench = Bench(organizations: 1)
        let body = #"{"organizationId":"org-1","firstName":"J"}"#
        #expect(bench.call("POST", contactsPath, body)["id"]?.stringValue == "c-1")
        let second = bench.call("POST", contactsPath, body)
        #expect(second.status == 201)
        #expect(second["id"]?.stringValue == "c-2")
    }

    @Test func paginationAnnouncesAllButTheLastPage() {
        var bench = Bench(organizations: 2)
        for number in 1...7 {
            _ = bench.call(
                "POST", contactsPath, #"{"organizationId":"org-\#(number % 4 == 0 ? 2 : 1)","firstName":"\#(number)"}"#)
        }
        var names: [String] = []
        var announced: [Bool] = []
        for page in 1...4 {
            let reply = bench.call("GET", contactsPath + "?organizationId=org-1&page=\(page)&pageSize=2")
            names += reply.items.compactMap { $0["firstName"]?.stringValue }
            announced.append(reply["nextPageId"]?.stringValue != nil)
        }
        #expect(names == ["1", "2", "3", "5", "6", "7"])
        #expect(announced == [true, true, false, false])
        #expect(bench.call("GET", contactsPath + "?page=1").status == 400)
        #expect(bench.call("GET", organizationsPath + "?page=2&pageSize=1").items.count == 1)
    }

    @Test func anExpiredTokenIs401() {
        var faults = SandboxFaults()
        faults.tokenLifetime = .seconds(60)
        var bench = Bench(faults: faults)
        bench.time.advance(by: .milliseconds(59_999))
        #expect(bench.call("GET", organizationsPath).status == 200)
        bench.time.advance(by: .milliseconds(1))
        let late = bench.call("GET", organizationsPath)
        #expect(late.status == 401)
        #expect(late["status"]?.intValue == 401)
        bench.renewToken()
        #expect(bench.call("GET", organizationsPath).status == 200)
    }

    @Test func aboveTheRateLimitIs429WithRetryAfterUntilTheWindowEnds() {
        var faults = SandboxFaults()
        faults.requestsPerMinute = 2
        var bench = Bench(faults: faults)
        #expect(bench.call("GET", organizationsPath).status == 200)
        bench.time.advance(by: .milliseconds(20_500))
        #expect(bench.call("GET", organizationsPath).status == 200)
        let refused = bench.call("GET", organizationsPath)
        #expect(refused.status == 429)
        #expect(refused.header("Retry-After") == "40")
        bench.time.advance(by: .milliseconds(39_499))
        #expect(bench.call("GET", organizationsPath).header("Retry-After") == "1")
        bench.time.advance(by: .milliseconds(1))
        #expect(bench.call("GET", organizationsPath).status == 200)
        let statistics = bench.state.records.statistics
        #expect(statistics.tooManyRequests == 2)
        #expect(statistics.callsDuringRetryAfter == 2)
        #expect(statistics.callsIgnoringRetryAfter == 2, "the first was told 40 s, which are not over yet")
    }

    @Test func aStormOnTheTokenEndpointIs429AndCounted() {
        var faults = SandboxFaults()
        faults.tokenRequestsPerMinute = 3
        var bench = Bench(faults: faults)
        let plans = (0..<5).map { _ in
            bench.plan(
                "POST", "/oauth/token", "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox",
                contentType: "application/x-www-form-urlencoded")
        }
        #expect(plans.map(\.outcome.status) == [200, 200, 429, 429, 429])
        #expect(bench.state.records.statistics.mostTokenRequestsAtOnce == 5)
        #expect(bench.state.records.statistics.tokenRequests == 6)
        #expect(bench.state.records.statistics.tooManyRequests == 0)
    }
}
