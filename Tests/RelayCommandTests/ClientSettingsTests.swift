import CommandLineParsing
import Configuration
import GenesysCloud
import Testing

@testable import RelayCommand

/// What the settings come to in the API's client.
@Suite struct ClientSettingsTests {
    @Test func theClientIsToldAllOfTheQuota() throws {
        let arguments = try ArgumentParser(RunCommand.declaration).parse([
            "--genesys-api-url=https://a", "--genesys-auth-url=https://b", "--genesys-client-id=c",
            "--genesys-client-secret=s", "--genesys-requests-per-minute=1200", "--genesys-request-burst=2s",
            "--genesys-max-retry-after=10m", "--pool-max-in-flight=7", "--no-pool-adaptive",
        ])
        let settings = try RelaySettings(arguments: arguments, environment: [:])
        let client = try settings.genesys.clientSettings(
            maxInFlight: settings.pool.maxInFlight, isAdaptive: settings.pool.isAdaptive)
        #expect(client.requestsPerMinute == 1200)
        #expect(client.requestBurst == .seconds(2))
        #expect(client.maxRetryAfter == .seconds(600))
        #expect(client.maxInFlight == 7)
        #expect(!client.adaptsToLatency)
    }
}
