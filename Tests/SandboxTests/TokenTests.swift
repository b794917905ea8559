import JSON
import Seams
import TestSupport
import Testing

@testable import Sandbox

struct TokenTests {
    @Test func bothStylesGiveATokenThatWorks() {
        var bench = Bench()
        let form = bench.tokenRequest(
            form: "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox&scope=a+b")
        let basic = bench.tokenRequest(
            "/login/oauth2/token", form: "grant_type=client_credentials", authorization: "Basic c2FuZGJveDpzYW5kYm94")
        for reply in [form, basic] {
            #expect(reply.status == 200)
            #expect(reply["expires_in"]?.intValue == 3600)
            #expect(reply["token_type"]?.stringValue == "bearer")
            bench.token = reply["access_token"]?.stringValue ?? ""
            #expect(bench.call("GET", organizationsPath).status == 200)
        }
    }

    @Test(arguments: [
        ("/oauth/token", "grant_type=password&client_id=sandbox&client_secret=sandbox", "", 400),
        ("/oauth/token", "grant_type=client_credentials&client_id=sandbox", "", 400),
        ("/oauth/token", "grant_type=client_credentials", "Basic c2FuZGJveDpzYW5kYm94", 400),
        ("/oauth/token", "grant_type=client_credentials&client_id=sandbox&client_secret=no", "", 401),
        ("/login/oauth2/token", "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox", "", 401),
        ("/login/oauth2/token", "grant_type=client_credentials", "Basic c2FuZGJveDpubw==", 401),
        ("/login/oauth2/token", "grant_type=client_credentials", "Basic ****", 401),
    ])
    func wrongCredentialsAreRefused(_ path: String, _ form: String, _ authorization: String, _ status: Int) {
        var bench = Bench()
        #expect(bench.tokenRequest(path, form: form, authorization: authorization).status == status)
    }

    @Test(arguments: ["", "Bearer", "Bearer nonsense", "Basic c2FuZGJveDpzYW5kYm94"])
    func aCallWithoutAKnownTokenIs401(_ authorization: String) {
        var bench = Bench()
        #expect(bench.plan("GET", organizationsPath, authorization: authorization).outcome.status == 401)
    }

    @Test func revokedTokensAreRefusedAndANewOneWorks() {
        var bench = Bench()
        bench.state.tokens.revokeAll()
        #expect(bench.call("GET", organizationsPath).status == 401)
        bench.renewToken()
        #expect(bench.call("GET", organizationsPath).status == 200)
    }

    @Test func aTokenMayComeAgainWithWhatIsLeftOfItsLife() {
        var faults = SandboxFaults()
        faults.tokenReuse = true
        faults.tokenLifetime = .seconds(60)
        var bench = Bench(faults: faults)
        let first = bench.token
        bench.time.advance(by: .milliseconds(20_500))
        let again = bench.tokenRequest()
        #expect(again["access_token"]?.stringValue == first)
        #expect(again["expires_in"]?.intValue == 39)
        bench.time.advance(by: .milliseconds(39_500))
        let next = bench.tokenRequest()
        #expect(next["access_token"]?.stringValue != first)
        #expect(next["expires_in"]?.intValue == 60)
        bench.state.tokens.revokeAll()
        #expect(bench.tokenRequest()["access_token"]?.stringValue != next["access_token"]?.stringValue)
    }

    @Test func aTokenRequestCountsUntilItsAnswerIsOut() {
        var bench = Bench()
        let plan = bench.plan(
            "POST", "/oauth/token", "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox",
            contentType: "application/x-www-form-urlencoded")
        #expect(bench.state.records.statistics.mostTokenRequestsAtOnce == 1)
        _ = bench.tokenRequest()
        #expect(bench.state.records.statistics.mostTokenRequestsAtOnce == 2)
        _ = bench.finish(plan)
        _ = bench.tokenRequest()
        #expect(bench.state.records.statistics.mostTokenRequestsAtOnce == 2)
    }

    @Test func credentialsCanBeRefusedByAFault() {
        var bench = Bench()
        bench.state.faults.refuseCredentials = true
        #expect(bench.tokenRequest().status == 401)
    }
}
