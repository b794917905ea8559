import Testing

@testable import Relay

@Suite struct PurgeFaultsTests {
    @Test func theLastWhoIsRidOfAFaultTakesTheReportDown() {
        let health = HealthBoard()
        let faults = PurgeFaults(health: health)
        #expect(faults.report(.polls, "polls fail"))
        #expect(!faults.report(.submissions, "submissions fail"))
        #expect(!faults.clear(.polls))
        #expect(health.faults[.purges] == "submissions fail")
        #expect(faults.clear(.submissions))
        #expect(health.faults[.purges] == nil)
        #expect(!faults.clear(.submissions))
        #expect(faults.report(.submissions, "again"))
    }
}
