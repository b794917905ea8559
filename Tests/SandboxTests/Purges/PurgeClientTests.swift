import GenesysCloud
import HTTPClient
import JSON
import Observability
import Sandbox
import Seams
import TestSupport
import Testing

/// The worker's own client against the sandbox, over HTTP.
@Suite(.timeLimit(.minutes(1))) struct PurgeClientTests {
    private static let body = """
        {"resourceType":"user","purgeReason":"marker-1","filters":{"wrapupCodes":["w"]}}
        """

    @Test func aPurgeIsSubmittedAndFollowed() async throws {
        try await withSandbox { sandbox, genesys, _ in
            sandbox.purgeQuota = 3
            var tally = CallTally()
            let submission = await genesys.submitPurge(
                try JSONValue(parsing: Self.body), permit: .always, tally: &tally)
            guard case .taken(let ticket) = submission else {
                Issue.record("\(submission)")
                return
            }
            #expect(ticket == PurgeTicket(purgeID: "p-1", status: .completed, estimatedSeconds: 0, quotaRemaining: 2))
            let purge = try #require(sandbox.purges().first)
            #expect(purge.sent["purgeReason"]?.stringValue == "marker-1")
            let report = try await genesys.purgeJob(id: "p-1", tally: &tally)
            #expect(report == PurgeReport(status: .completed, recordsPurged: Int64(purge.records)))
            #expect(try await genesys.purgeJob(id: "p-2", tally: &tally) == nil)
            #expect(try await genesys.purgeQuota(tally: &tally) == PurgeQuota(remaining: 2, limit: 3))
            sandbox.purgeQuota = nil
            #expect(try await genesys.purgeQuota(tally: &tally) == nil)
        }
    }

    /// On a connection that was used before, libcurl answers its loss with a second POST: so the purge has a fresh one.
    @Test func aPurgeWhoseConnectionIsClosedArrivesOnce() async throws {
        try await withSandbox { sandbox, genesys, transport in
            var tally = CallTally()
            // Leaves a connection that is idle.
            #expect(try await genesys.purgeQuota(tally: &tally) == nil)
            sandbox.faults.rules = [FaultRule(.loseAnswer, method: "POST", path: "/api/v2/purge")]
            let submission = await genesys.submitPurge(
                try JSONValue(parsing: Self.body), permit: .always, tally: &tally)
            guard case .uncertain(let error) = submission else {
                Issue.record("\(submission)")
                return
            }
            #expect(error.kind == .connectionLost)
            #expect(sandbox.purgeCount == 1)

            // What the same request does otherwise, so that the count above proves something.
            let token = try await token(of: sandbox, transport)
            let lost = await thrownError(HTTPError.self) {
                try await transport.send(
                    HTTPRequest(
                        method: "POST", url: sandbox.url + "/api/v2/purge",
                        headers: [
                            HTTPHeader("Authorization", "Bearer \(token)"),
                            HTTPHeader("Content-Type", "application/json"),
                        ], body: Array(Self.body.utf8), connection: .reused))
            }
            #expect(lost?.kind == .connectionLost)
            #expect(sandbox.purgeCount == 3)
        }
    }

    private func token(of sandbox: SandboxServer, _ transport: CurlTransport) async throws -> String {
        let answer = try await transport.send(
            HTTPRequest(
                method: "POST", url: sandbox.url + "/oauth/token",
                headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("grant_type=client_credentials&client_id=sandbox&client_secret=sandbox".utf8)))
        return try #require(try JSONValue(parsing: answer.body)["access_token"]?.stringValue)
    }

    private func withSandbox(
        _ body: (SandboxServer, GenesysClient, CurlTransport) async throws -> Void
    ) async throws {
        var settings = SandboxSettings()
        settings.port = 0
        settings.purgeDuration = .zero
        let random = SeededRandom(seed: 1)
        let sandbox = SandboxServer(settings: settings, time: SystemTime(), random: random)
        try sandbox.start()
        defer { sandbox.stop() }
        let transport = CurlTransport(CurlTransport.Settings(proxy: .none))
        let genesys = GenesysClient(
            settings: GenesysSettings(
                apiURL: sandbox.url, authURL: sandbox.url, clientID: "sandbox",
                clientSecret: Secret(value: "sandbox"), requestsPerMinute: nil),
            transport: transport, time: SystemTime(), random: random, logger: .disabled)
        do {
            try await body(sandbox, genesys, transport)
            await transport.close()
        } catch {
            await transport.close()
            throw error
        }
    }
}
