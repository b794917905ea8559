import KafkaClient
import Testing
import WorkerPool

@testable import Relay

@Suite struct RestorationsTests {
    private static let partition = PipelineHarness.partition
    private let restorations = Restorations()

    @Test func aLateEndLiftsNothingOfANewerAssignment() {
        let older = restorations.begin(Self.partition, Generation(1))
        let newer = restorations.begin(Self.partition, Generation(2))
        #expect(older.level == .drain && newer.level == .running)
        #expect(!restorations.finish(Self.partition, Generation(1)))
        #expect(restorations.isPending(Self.partition))
        #expect(!restorations.isUnderWay(Self.partition, Generation(1)))
        #expect(restorations.finish(Self.partition, Generation(2)))
        #expect(!restorations.isPending(Self.partition))
    }

    @Test func whatIsGivenUpNeverEndsAndWaitsUntilItIsDropped() {
        let end = restorations.begin(Self.partition, Generation(1))
        restorations.cancel([Self.partition])
        #expect(end.level == .drain)
        #expect(!restorations.finish(Self.partition, Generation(1)))
        #expect(restorations.isPending(Self.partition))
        restorations.drop([Self.partition])
        #expect(!restorations.isPending(Self.partition))
    }

    @Test func droppingAnOlderAssignmentLeavesANewerOne() {
        _ = restorations.begin(Self.partition, Generation(1))
        restorations.cancel([Self.partition])
        _ = restorations.begin(Self.partition, Generation(2))
        restorations.drop([Self.partition])
        #expect(restorations.isUnderWay(Self.partition, Generation(2)))
    }
}
