import KafkaClient
import Testing

@testable import Relay

@Suite struct FlowControlTests {
    private let consumer = ScriptedConsumer()
    private let flow: FlowControl
    private let partitions = (0..<3).map { TopicPartition("contact-changes", $0) }

    init() {
        flow = FlowControl(consumer: consumer)
    }

    @Test func theLastReasonThatIsLiftedResumes() {
        flow.assigned(partitions, nil)
        flow.set(.poolFull) { true }
        flow.set(.outage) { true }
        flow.set(.poolFull) { true }
        flow.set(.poolFull) { false }
        #expect(consumer.flowCalls == ["-0,1,2"])
        #expect(flow.causes == [.outage])
        flow.set(.outage) { false }
        flow.set(.outage) { false }
        #expect(consumer.flowCalls == ["-0,1,2", "+0,1,2"])
    }

    @Test func aPartitionsOwnReasonOutlivesAllOthersAndTheOtherWayRound() {
        flow.assigned(partitions, nil)
        flow.set(.commitMapFull, only: [partitions[1]])
        flow.set(.poolFull) { true }
        flow.set(.poolFull) { false }
        #expect(consumer.flowCalls == ["-1", "-0,2", "+0,2"])
        flow.set(.poolFull) { true }
        flow.set(.commitMapFull, only: [])
        #expect(consumer.paused == Set(partitions))
        flow.set(.poolFull) { false }
        #expect(consumer.paused.isEmpty && flow.partitionCauses.isEmpty)
    }

    @Test func twoReasonsOfOnePartitionAreLiftedOneByOne() {
        flow.assigned([partitions[0]], .restoring)
        flow.set(.commitMapFull, only: [partitions[0]])
        flow.lift(.restoring, partitions[0])
        #expect(consumer.paused == [partitions[0]])
        #expect(flow.partitionCauses == [partitions[0]: [.commitMapFull]])
        flow.set(.commitMapFull, only: [])
        #expect(consumer.flowCalls == ["-0", "+0"])
    }

    @Test func aFullMapMovesFromOnePartitionToAnother() {
        flow.assigned(partitions, nil)
        flow.set(.commitMapFull, only: [partitions[0], partitions[1]])
        flow.set(.commitMapFull, only: [partitions[1], partitions[2]])
        #expect(consumer.flowCalls == ["-0,1", "-2", "+0"])
    }

    @Test func whatIsAssignedWhileAReasonHoldsStartsPaused() {
        flow.set(.outage) { true }
        #expect(consumer.flowCalls.isEmpty)
        flow.assigned([partitions[0]], nil)
        flow.assigned([partitions[1]], .restoring)
        #expect(consumer.flowCalls == ["-0", "-1"])
        flow.set(.outage) { false }
        #expect(consumer.paused == [partitions[1]])
    }

    @Test func whatWentTakesItsReasonsAlong() {
        flow.assigned(partitions, .restoring)
        flow.removed([partitions[0]])
        #expect(flow.partitionCauses[partitions[0]] == nil)
        flow.lift(.restoring, partitions[0])
        flow.set(.commitMapFull, only: [partitions[0]])
        flow.set(.poolFull) { true }
        flow.set(.poolFull) { false }
        #expect(consumer.flowCalls == ["-0,1,2"])
        // Back again, it has no reason to wait.
        flow.assigned([partitions[0]], nil)
        #expect(flow.partitionCauses[partitions[0]] == nil)
        #expect(consumer.flowCalls == ["-0,1,2"])
    }
}
