import KafkaClient
import Seams
import Testing
import WorkerPool

@testable import Relay

@Suite struct ProgressStateTests {
    private static let partition = PipelineHarness.partition

    private func sight(
        position: Int64 = 0, next: Int64 = 1, hasWork: Bool = true, logEnd: Int64? = nil, generation: Int = 1
    ) -> [TopicPartition: ProgressState.Sight] {
        let mark = ProgressState.Mark(
            generation: Generation(generation), commit: CommittedOffset(position), next: next)
        return [Self.partition: ProgressState.Sight(mark: mark, hasWork: hasWork, logEnd: logEnd)]
    }

    /// What is told at each second of a list of looks.
    private func news(
        _ state: inout ProgressState, at second: Int, _ sights: [TopicPartition: ProgressState.Sight],
        why: String = "because"
    ) -> [ProgressState.News] {
        state.look(at: sights, now: .start + .seconds(second)) { _ in why }
    }

    @Test func aStallIsToldOnceAndAgainWhenItsReasonChanges() {
        var state = ProgressState(limit: .seconds(60))
        #expect(news(&state, at: 0, sight()).isEmpty)
        #expect(news(&state, at: 59, sight()).isEmpty)
        #expect(state.stalls.isEmpty)
        #expect(
            news(&state, at: 60, sight(), why: "a") == [.stalled(Self.partition, for: .seconds(60), because: "a")])
        #expect(news(&state, at: 70, sight(), why: "a").isEmpty)
        #expect(
            news(&state, at: 80, sight(), why: "b") == [.stalled(Self.partition, for: .seconds(80), because: "b")])
        #expect(state.stalls == [Self.partition: "b"])
        #expect(news(&state, at: 95, sight(position: 1)) == [.goesOn(Self.partition, after: .seconds(95))])
        #expect(state.stalls.isEmpty)
        #expect(news(&state, at: 96, sight(position: 1)).isEmpty)
    }

    @Test(arguments: [
        (position: Int64(1), next: Int64(1), generation: 1), (position: 0, next: 2, generation: 1),
        (position: 0, next: 1, generation: 2),
    ])
    func anyProgressBeginsTheTimeAnew(_ moved: (position: Int64, next: Int64, generation: Int)) {
        var state = ProgressState(limit: .seconds(60))
        _ = news(&state, at: 0, sight())
        let other = sight(position: moved.position, next: moved.next, generation: moved.generation)
        #expect(news(&state, at: 59, other).isEmpty)
        #expect(news(&state, at: 118, other).isEmpty)
        #expect(news(&state, at: 119, other).count == 1)
    }

    @Test func whatIsFinishedOutOfOrderIsProgress() {
        var state = ProgressState(limit: .seconds(60))
        _ = news(&state, at: 0, sight())
        var beyond = sight()
        beyond[Self.partition]?.mark.commit?.metadata = "more is finished"
        #expect(news(&state, at: 60, beyond).isEmpty)
    }

    @Test func anIdlePartitionIsNeverTold() {
        var state = ProgressState(limit: .seconds(60))
        for second in stride(from: 0, to: 1000, by: 10) {
            #expect(news(&state, at: second, sight(hasWork: false, logEnd: 1)).isEmpty)
        }
        // Nor does its idle time count once it has work.
        #expect(news(&state, at: 1000, sight()).isEmpty)
        #expect(news(&state, at: 1040, sight()).isEmpty)
        #expect(news(&state, at: 1060, sight()).count == 1)
    }

    @Test func aTransactionsMarkerAtTheEndIsNoStall() {
        var state = ProgressState(limit: .seconds(60))
        _ = news(&state, at: 0, sight(hasWork: false, logEnd: 1))
        for second in stride(from: 10, to: 300, by: 10) {
            #expect(news(&state, at: second, sight(hasWork: false, logEnd: 2)).isEmpty)
        }
    }

    @Test(arguments: [Int64(1), nil]) func aLogThatGrowsWithoutARecordIsAStall(_ first: Int64?) {
        var state = ProgressState(limit: .seconds(60))
        // The end may be unknown until the first fetch has brought it.
        _ = news(&state, at: 0, sight(hasWork: false, logEnd: first))
        _ = news(&state, at: 10, sight(hasWork: false, logEnd: 1))
        #expect(news(&state, at: 20, sight(hasWork: false, logEnd: 30)).isEmpty)
        #expect(news(&state, at: 69, sight(hasWork: false, logEnd: 40)).isEmpty)
        #expect(news(&state, at: 75, sight(hasWork: false, logEnd: 50)).count == 1)
        #expect(state.stalls.count == 1)
    }

    @Test func aPartitionThatLeavesIsForgotten() {
        var state = ProgressState(limit: .seconds(60))
        _ = news(&state, at: 0, sight())
        _ = news(&state, at: 60, sight())
        #expect(news(&state, at: 70, [:]) == [.goesOn(Self.partition, after: .seconds(70))])
        #expect(state.stalls.isEmpty)
        #expect(news(&state, at: 80, sight()).isEmpty)
    }
}
