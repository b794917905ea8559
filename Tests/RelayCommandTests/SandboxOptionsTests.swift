import CommandLineParsing
import Sandbox
import Testing

@testable import RelayCommand

@Suite struct SandboxOptionsTests {
    private let parser = ArgumentParser(SandboxCommand.declaration)

    @Test func withoutOptionsItIsTheSandboxOfTheContract() throws {
        let parsed = try parser.parse([])
        #expect(parsed[SandboxCommand.host] == "127.0.0.1")
        #expect(parsed[SandboxCommand.port] == 8081)
        #expect(parsed[SandboxCommand.clientID] == "sandbox")
        #expect(parsed[SandboxCommand.clientSecret] == "sandbox")
        #expect(parsed[SandboxCommand.errorRate] == 0)
        #expect(parsed[SandboxCommand.latency] == .zero)
        #expect(parsed[SandboxCommand.purgeDuration] == .seconds(20))
        #expect(parsed[SandboxCommand.purgeQuota] == nil)
    }

    @Test func answersTellOfTheRateLimitUnlessToldNotTo() throws {
        #expect(SandboxCommand.settings(try parser.parse([])).faults.rateLimitHeaders)
        #expect(!SandboxCommand.settings(try parser.parse(["--no-rate-limit-headers"])).faults.rateLimitHeaders)
    }

    @Test(arguments: [
        "--port=65536", "--port=-1", "--error-rate=1.1", "--error-rate=nan", "--latency=5", "--token-lifetime=0s",
        "--requests-per-minute=-1", "--purge-duration=5", "--purge-quota=-1", "--purge-quota=many",
    ])
    func valuesOutsideTheirRangeAreRefused(_ word: String) {
        #expect(throws: UsageError.self) { try parser.parse([word]) }
    }
}
