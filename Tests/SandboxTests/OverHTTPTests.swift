import Sandbox
import Seams
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct OverHTTPTests {
    private func withSandbox(_ body: (SandboxServer, RawConnection) throws -> Void) throws {
        var settings = SandboxSettings()
        settings.port = 0
        let sandbox = SandboxServer(settings: settings, time: SystemTime(), random: SeededRandom(seed: 1))
        try sandbox.start()
        defer { sandbox.stop() }
        let port = try #require(sandbox.url.split(separator: ":").last.flatMap { Int($0) })
        try body(sandbox, try #require(RawConnection(port: port)))
    }

    private func ask(
        _ client: RawConnection, _ method: String, _ target: String, _ body: String = "", token: String = "",
        type: String = "application/json"
    ) -> RawAnswer? {
        client.send(
            "\(method) \(target) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return client.readAnswer()
    }

    private func token(_ client: RawConnection) throws -> String {
        let answer = try #require(
            ask(
                client, "POST", "/oauth/token",
                "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox",
                type: "application/x-www-form-urlencoded"))
        return String(answer.body.split(separator: "\"")[3])
    }

    @Test func aResourceIsMadeReadAndLogged() throws {
        try withSandbox { sandbox, client in
            let token = try token(client)
            let path = "/api/v2/external-contacts/organizations"
            let made = ask(client, "POST", path, #"{"name":"A","externalId":"ä b"}"#, token: token)
            #expect(made?.status == 201)
            #expect(made?.headers["inin-correlation-id"] != nil)
            let found = ask(client, "GET", path + "?externalId=%C3%A4+b", token: token)
            #expect(found?.body.contains(#""id":"org-1""#) == true)
            #expect(ask(client, "GET", "/sandbox/state")?.body.contains(#""contacts":[]"#) == true)
            #expect(ask(client, "GET", "/sandbox/requests?since=1")?.body.contains(token) == false)
            #expect(sandbox.requests().map(\.status) == [200, 201, 200])
            #expect(ask(client, "GET", "/sandbox/statistics")?.body.contains(#""calls":2"#) == true)
        }
    }

    @Test func faultsAreSetAndPatchedAndTokensRevoked() throws {
        try withSandbox { sandbox, client in
            #expect(ask(client, "PUT", "/sandbox/faults", #"{"errorRate":0.5,"forbidden":true}"#)?.status == 200)
            #expect(ask(client, "PATCH", "/sandbox/faults", #"{"errorRate":0}"#)?.status == 200)
            #expect(sandbox.faults.forbidden && sandbox.faults.errorRate == 0)
            #expect(ask(client, "PUT", "/sandbox/faults", #"{"nonsense":1}"#)?.status == 400)
            let token = try token(client)
            #expect(ask(client, "POST", "/sandbox/revoke-tokens")?.status == 204)
            #expect(ask(client, "GET", "/api/v2/external-contacts/contacts/c-1", token: token)?.status == 401)
            #expect(ask(client, "POST", "/sandbox/reset")?.status == 204)
            #expect(sandbox.faults == SandboxFaults())
            #expect(ask(client, "GET", "/sandbox/reset")?.status == 405)
        }
    }

    @Test func purgesAndTheirQuotaAreUnderControl() throws {
        try withSandbox { sandbox, client in
            let token = try token(client)
            #expect(ask(client, "PUT", "/sandbox/purge-quota", #"{"limit":1}"#)?.status == 204)
            #expect(sandbox.purgeQuota == 1)
            let body = #"{"resourceType":"user","purgeReason":"m","filters":{"mediaTypes":["chat"]}}"#
            #expect(ask(client, "POST", "/api/v2/purge", body, token: token)?.status == 202)
            #expect(ask(client, "POST", "/api/v2/purge", body, token: token)?.status == 422)
            #expect(ask(client, "PUT", "/sandbox/purge-quota", "{}")?.status == 204)
            #expect(sandbox.purgeQuota == nil)
            #expect(ask(client, "POST", "/api/v2/purge", body, token: token)?.status == 202)
            let ledger = ask(client, "GET", "/sandbox/purges?since=1")?.body
            #expect(ledger?.hasPrefix(#"{"count":2,"purges":[{"number":2,"purgeId":"p-2","#) == true)
            #expect(ledger?.hasSuffix(#""sent":\#(body)}]}"#) == true)
            #expect(ask(client, "PUT", "/sandbox/purge-quota", #"{"limit":-1}"#)?.status == 400)
            #expect(ask(client, "PUT", "/sandbox/purge-quota", #"{"count":1}"#)?.status == 400)
            #expect(sandbox.purgeQuota == nil)
            #expect(ask(client, "GET", "/sandbox/purge-quota")?.status == 405)
            #expect(ask(client, "POST", "/sandbox/purges")?.status == 405)
        }
    }

    @Test func aTooLargeBodyIsTheAPIsOwn413() throws {
        try withSandbox { _, client in
            let token = try token(client)
            let body = #"{"name":""# + String(repeating: "x", count: 600 * 1024) + #""}"#
            let answer = ask(client, "POST", "/api/v2/external-contacts/organizations", body, token: token)
            #expect(answer?.status == 413)
            #expect(answer?.body.contains(#""status":413"#) == true)
        }
    }

    @Test func aHundredCallsWaitTogether() throws {
        try withSandbox { sandbox, client in
            let token = try token(client)
            sandbox.faults.latency = .milliseconds(200)
            let port = try #require(sandbox.url.split(separator: ":").last.flatMap { Int($0) })
            let clients = try (0..<100).map { _ in try #require(RawConnection(port: port)) }
            for client in clients {
                client.send(
                    "GET /api/v2/external-contacts/organizations HTTP/1.1\r\nHost: h\r\n"
                        + "Authorization: Bearer \(token)\r\n\r\n")
            }
            for client in clients { #expect(client.readAnswer()?.status == 200) }
            #expect(sandbox.statistics.mostCallsAtOnce > 1)
        }
    }

    @Test func stoppingEndsWhatIsHeldBack() throws {
        try withSandbox { sandbox, client in
            sandbox.faults.latency = .seconds(3600)
            sandbox.faults.rules = [FaultRule(.hang, times: 1)]
            let port = try #require(sandbox.url.split(separator: ":").last.flatMap { Int($0) })
            let other = try #require(RawConnection(port: port))
            for client in [client, other] { client.send("GET /api/v2/x HTTP/1.1\r\nHost: h\r\n\r\n") }
            sandbox.stop()
            #expect(!client.readToEnd().contains(" 200 ") && !other.readToEnd().contains(" 200 "))
        }
    }
}
