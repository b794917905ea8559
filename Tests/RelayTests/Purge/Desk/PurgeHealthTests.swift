import Testing

@testable import Relay

@Suite struct PurgeHealthTests {
    @Test func everyCauseStandsByItself() {
        let board = HealthBoard()
        board.clear(.joining)
        #expect(board.isReady)
        board.report(.purges, "the purge calls fail")
        board.report(.auditLog, "the file cannot be written")
        #expect(!board.isReady && board.faults.count == 2)
        board.report(.purges, "they fail in another way")
        #expect(board.faults[.purges] == "they fail in another way")
        board.clear(.purges)
        board.clear(.purges)
        #expect(board.faults.keys.map(\.description) == ["auditLog"])
        board.clear(.auditLog)
        #expect(board.isReady)
    }

    @Test func causesHaveNamesOfTheirOwn() {
        let causes: [HealthBoard.Cause] = [
            .joining, .outage, .purges, .auditLog, .outcomes, .restoring("p/1"), .lostRange("p/1"), .stopping,
        ]
        #expect(Set(causes.map(\.description)).count == causes.count)
        #expect(HealthBoard.Cause.purges.description == "purges")
    }
}
