import Testing

@testable import KafkaClient

@Suite struct ConsumerMachineTests {
    let a = TopicPartition("t", 0)
    let b = TopicPartition("t", 1)

    private func assigned(_ partitions: [TopicPartition]) -> ConsumerMachine {
        var machine = ConsumerMachine(startPosition: .earliest)
        _ = machine.rebalanced(.assign(partitions))
        _ = machine.prepared([:], id: 1)
        return machine
    }

    @Test func anAssignmentWaitsForItsOffsets() {
        var machine = ConsumerMachine(startPosition: .latest)
        #expect(machine.rebalanced(.assign([b, a])) == [.readCommitted([b, a], id: 1)])
        #expect(!machine.isSteady)
        #expect(machine.prepared([a: CommittedOffset(5)], id: 9) == [])
        #expect(
            machine.prepared([a: CommittedOffset(5)], id: 1)
                == [
                    .assign([a: .offset(5), b: .latest]),
                    .tellAssigned([AssignedPartition(a, committed: CommittedOffset(5)), AssignedPartition(b)]),
                ])
        #expect(machine.isSteady)
    }

    @Test func anEmptyAssignmentIsAnsweredAndToldAtOnce() {
        var machine = ConsumerMachine(startPosition: .earliest)
        #expect(machine.rebalanced(.assign([])) == [.assign([:]), .tellAssigned([])])
        #expect(machine.rebalanced(.revoke([], isLost: false)) == [.unassign([])])
    }

    @Test func aRevokedPartitionIsKeptButNotReadUntilAcknowledged() {
        var machine = assigned([a, b])
        #expect(machine.rebalanced(.revoke([a], isLost: false)) == [.tellRevoked([a], id: 2)])
        #expect(machine.takes(a, offset: 0) == false)
        #expect(machine.takes(b, offset: 0) == true)
        #expect(machine.resume([a]) == [])
        #expect(machine.acknowledged(id: 1) == [])
        #expect(machine.acknowledged(id: 2) == [.unassign([a])])
        #expect(machine.acknowledged(id: 2) == [])
        #expect(machine.partitions == [b])
    }

    @Test func aLostPartitionIsLetGoAtOnce() {
        var machine = assigned([a])
        #expect(machine.rebalanced(.revoke([a], isLost: true)) == [.tellLost([a]), .unassign([a])])
        #expect(machine.takes(a, offset: 0) == false)
        var failing = assigned([a])
        #expect(failing.rebalanced(.failed(.closed)) == [.tellLost([a]), .unassign([a])])
    }

    @Test func onlyChangesOfPausingAreTold() {
        var machine = assigned([a, b])
        #expect(machine.pause([a, TopicPartition("other", 0)]) == [.pause([a])])
        #expect(machine.pause([a]) == [])
        #expect(machine.filled(true) == [.pause([b])])
        #expect(machine.filled(true) == [])
        #expect(machine.resume([a]) == [])
        #expect(machine.filled(false) == [.resume([a, b])])
        #expect(machine.resume([a, b]) == [])
    }

    @Test func aPartitionThatComesBackIsNotPausedAnyMore() {
        var machine = assigned([a])
        _ = machine.pause([a])
        _ = machine.rebalanced(.revoke([a], isLost: false))
        #expect(machine.acknowledged(id: 2) == [.resume([a]), .unassign([a])])
        _ = machine.rebalanced(.assign([a]))
        #expect(machine.prepared([:], id: 3) == [.assign([a: .earliest]), .tellAssigned([AssignedPartition(a)])])
        #expect(machine.pause([a]) == [.pause([a])])
    }

    @Test func aPartitionAssignedWhileFullBeginsPaused() {
        var machine = assigned([a])
        _ = machine.filled(true)
        _ = machine.rebalanced(.assign([b]))
        #expect(
            machine.prepared([:], id: 2) == [
                .assign([b: .earliest]), .pause([b]), .tellAssigned([AssignedPartition(b)]),
            ])
    }

    @Test func aLostRangeStandsWhateverIsResumed() {
        var machine = assigned([a])
        #expect(machine.takes(a, offset: 6) == true)
        #expect(machine.outOfRange(a, at: 99) == [.pause([a]), .measureLostRange(a, position: 7)])
        #expect(machine.outOfRange(a, at: 99) == [])
        #expect(machine.resume([a]) == [])
        #expect(machine.takes(a, offset: 200) == false)
    }

    @Test func aLostRangeOfWhatIsAskedBackIsNoNews() {
        var machine = assigned([a])
        _ = machine.outOfRange(a, at: 99)
        #expect(machine.stands(a))
        // Told after the revocation, it would stay reported for a partition that is another's.
        _ = machine.rebalanced(.revoke([a], isLost: false))
        #expect(!machine.stands(a))
    }

    @Test func whatWasFetchedBeforeASeekIsDropped() {
        var machine = assigned([a])
        machine.seekBegan([a])
        #expect(machine.takes(a, offset: 3) == false)
        machine.seekEnded([a], positions: [a: CommittedOffset(20)])
        #expect(machine.takes(a, offset: 20) == true)
        #expect(machine.outOfRange(a, at: 99) == [.pause([a]), .measureLostRange(a, position: 21)])
    }

    @Test func closingLetsGoOfAnUnfinishedAssignmentWithoutAWord() {
        var machine = ConsumerMachine(startPosition: .earliest)
        _ = machine.rebalanced(.assign([a]))
        #expect(machine.close() == [.assign([a: .earliest]), .pause([a])])
        #expect(machine.isSteady)
        #expect(machine.prepared([:], id: 1) == [])
        #expect(machine.takes(a, offset: 0) == false)
        #expect(machine.rebalanced(.revoke([a], isLost: false)) == [.resume([a]), .unassign([a])])
    }

    @Test func closingStillWaitsForTheLastAcknowledgement() {
        var machine = assigned([a])
        #expect(machine.close() == [])
        #expect(machine.rebalanced(.revoke([a], isLost: false)) == [.tellRevoked([a], id: 2)])
        #expect(machine.giveUp() == [.unassign([a])])
        #expect(machine.acknowledged(id: 2) == [])
    }
}
