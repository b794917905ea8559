import Seams
import Testing

/// What judges the disturbed workers can say no.
@Suite struct WriteHistoryTests {
    private static func history(_ writes: (Int64, Int)...) -> WriteHistory {
        WriteHistory(["contact": writes.map { WriteHistory.Write(time: WallTime(milliseconds: $0.0), step: $0.1) }])
    }

    private static func times(_ milliseconds: Int64...) -> [WallTime] {
        milliseconds.map { WallTime(milliseconds: $0) }
    }

    @Test func forwardIsRightAlsoOverWhatWasFolded() {
        let history = Self.history((10, 0), (20, 3), (30, 4))
        #expect(history.order(disturbances: []).wrong.isEmpty)
        #expect(history.order(disturbances: []).returns == 0)
        #expect(history.repeated == 0)
    }

    @Test func aReturnNeedsACauseBeforeIt() {
        let history = Self.history((10, 0), (20, 3), (30, 1), (40, 4))
        #expect(history.order(disturbances: Self.times(25)).wrong.isEmpty)
        #expect(history.order(disturbances: Self.times(25)).returns == 1)
        #expect(history.order(disturbances: Self.times(35)).wrong.count == 1)
        #expect(history.repeated == 1)
    }

    @Test func oneCauseIsForOneReturn() {
        let history = Self.history((10, 3), (30, 1), (40, 2), (50, 1), (60, 4))
        #expect(history.order(disturbances: Self.times(25)).wrong.count == 1)
        #expect(history.order(disturbances: Self.times(25, 45)).wrong.isEmpty)
        #expect(history.repeated == 3)
    }

    @Test func theSameStepAgainIsAReturn() {
        let history = Self.history((10, 3), (30, 3))
        #expect(history.order(disturbances: []).wrong.count == 1)
    }

    @Test func aWriteAfterItsOutcomeIsLate() {
        let history = Self.history((10, 0), (20, 1), (50, 0))
        let outcomes = ["contact": [0: WallTime(milliseconds: 15), 1: WallTime(milliseconds: 25)]]
        #expect(history.late(after: outcomes).map(\.write) == [.init(time: WallTime(milliseconds: 50), step: 0)])
        #expect(history.late(after: [:]).isEmpty)
    }
}
