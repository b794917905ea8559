import CommandLineParsing
import Glibc
import Sandbox
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct SandboxCommandTests {
    private func settings(_ words: String...) throws -> ParsedArguments {
        try ArgumentParser(SandboxCommand.declaration).parse(["--port", "0"] + words)
    }

    @Test func itServesUntilItIsToldToEnd() async throws {
        let console = CapturedConsole()
        let code = try await SandboxCommand.serve(
            SandboxCommand.settings(settings()), in: console.context()
        ) {
            #expect(console.error.contains("the sandbox listens on http://127.0.0.1:"))
            return SIGTERM
        }
        #expect(code == .success)
        #expect(console.error.contains("OAuth client 'sandbox' with secret 'sandbox'"))
        #expect(console.error.hasSuffix("SIGTERM: the sandbox ends after 0 requests\n"))
    }

    @Test func aSecretThatWasGivenIsNotPrinted() async throws {
        let console = CapturedConsole()
        _ = try await SandboxCommand.serve(
            SandboxCommand.settings(settings("--client-id", "me", "--client-secret", "hush")), in: console.context()
        ) { nil }
        #expect(console.error.contains("OAuth client 'me' with the secret that was given"))
        #expect(!console.error.contains("hush"))
    }

    @Test func itsFlagsBecomeItsFaults() throws {
        let faults = SandboxCommand.settings(
            try settings("--latency=20ms", "--error-rate=0.25", "--requests-per-minute=0", "--token-lifetime=5s")
        ).faults
        #expect(faults.latency == .milliseconds(20))
        #expect(faults.errorRate == 0.25)
        #expect(faults.requestsPerMinute == nil)
        #expect(faults.tokenLifetime == .seconds(5))
        #expect(SandboxCommand.settings(try settings()).faults.requestsPerMinute == 300)
    }

    @Test func itsFlagsBecomeItsPurges() throws {
        let set = SandboxCommand.settings(try settings("--purge-duration=3m", "--purge-quota=0"))
        #expect(set.purgeDuration == .seconds(180))
        #expect(set.purgeQuota == 0)
        let unset = SandboxCommand.settings(try settings())
        #expect(unset.purgeDuration == .seconds(20))
        #expect(unset.purgeQuota == nil)
    }

    @Test func aTakenPortIsSaid() async throws {
        let console = CapturedConsole()
        _ = try await SandboxCommand.serve(SandboxCommand.settings(settings()), in: console.context()) {
            let port = console.error.firstMatch(of: /127\.0\.0\.1:(\d+)/).map { String($0.1) } ?? ""
            let second = CapturedConsole()
            #expect(await second.run("sandbox", "--port", port) == .unavailable)
            #expect(
                second.error
                    == "error: the sandbox cannot listen on 127.0.0.1:\(port): Address already in use; --port takes another port\n"
            )
            return nil
        }
    }
}
