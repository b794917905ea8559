import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct SettlementWriterTests {
    private let consumer: ScriptedConsumer
    private let producer: RecordingProducer
    private let ledgers = PartitionLedgers()
    private let fence: WriteFence
    private let time = ManualTime(passingOver: .milliseconds(50))
    private let health = HealthBoard()
    private let writer: SettlementWriter
    private let generation: Generation

    init() {
        consumer = ScriptedConsumer()
        fence = WriteFence(consumer: consumer, limit: .seconds(5))
        producer = RecordingProducer(committingTo: consumer)
        writer = SettlementWriter(
            log: TransactionalLog(
                producer: producer, consumer: consumer, time: time, random: SeededRandom(seed: 1), logger: .disabled),
            ledgers: ledgers, fence: fence, pace: CommitPace(interval: .milliseconds(20)), backlogLimit: 4, time: time,
            random: SeededRandom(seed: 1), health: health, logger: .disabled,
            events: SettlementWriter.Events(backlogChanged: {}, held: { _ in }, written: { _ in }))
        (generation, _) = ledgers.assign([AssignedPartition(PipelineHarness.partition)])
        health.clear(.joining)
    }

    private func settle(_ offset: Int64, to topic: String = "good", size: Int = 0) {
        _ = ledgers.begin([PipelineHarness.upsert("a", offset: offset)])
        writer.settle([settlement(offset, to: topic, size: size)])
    }

    private func settlement(_ offset: Int64, to topic: String = "good", size: Int = 0) -> Settlement {
        Settlement(
            partition: PipelineHarness.partition, generation: generation, offset: offset,
            records: [ProducerRecord(topic: topic, key: nil, value: [UInt8](repeating: 0, count: size))],
            status: "applied", isDeadLetter: false)
    }

    private func running(_ body: () async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [writer] in try await writer.run() }
            await body()
            writer.close()
            try await group.waitForAll()
        }
    }

    private func turningTheClock(until condition: () -> Bool) async {
        while !condition(), !Task.isCancelled {
            time.advance(by: .seconds(1))
            await turns(20)
        }
    }

    @Test func aFlushEndsWhenTheOldestIsWrittenNotWhenAsManyAre() {
        var queue = SettlementQueue(backlogLimit: 100)
        _ = queue.add((0..<10).map { settlement($0) }, at: .start, enough: 100)
        let numbers = queue.take(100).map(\.number)
        #expect(numbers == Array(0..<10))
        let waiter = queue.newWaiter()
        #expect(queue.cancel(waiter) == nil)
        queue.forget(waiter)
        _ = queue.add([settlement(10)], at: .start, enough: 100)
        #expect(queue.finish(numbers.filter { $0 != 3 } + [10]).isEmpty)
        #expect(queue.backlog == 1)
        _ = queue.finish([3])
        #expect(queue.backlog == 0)
    }

    private static let noTopic = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "no")
    private static let aborts = KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort)

    @Test func aFlushDoesNotWaitForWhatItsTopicRefusesButForAllElse() async throws {
        producer.refuse("bad", with: Self.noTopic)
        try await running {
            settle(0, to: "bad")
            while health.isReady, !Task.isCancelled { await Task.yield() }
            for offset in 1...3 { settle(Int64(offset)) }
            await writer.flush()
            #expect(producer.records(of: "good").count == 3)
            #expect(writer.backlog == 1)
            producer.refuse("bad", with: nil)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 4])
    }

    @Test func aFlushThatIsCancelledReleasesNobodyElse() async throws {
        // Nothing gets in, so nothing can be flushed.
        for _ in 0..<50 { producer.failNext(.commit, with: Self.aborts) }
        try await running {
            settle(0)
            while !producer.calls.contains(.abort), !Task.isCancelled { await Task.yield() }
            let isFlushed = Flag()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [writer] in
                    await writer.flush()
                    isFlushed.raise()
                }
                await withTaskGroup(of: Void.self) { other in
                    other.addTask { [writer] in await writer.flush() }
                    await turns(100)
                    other.cancelAll()
                }
                await turns(100)
                #expect(!isFlushed.isRaised)
                await turningTheClock { isFlushed.isRaised }
            }
        }
    }

    @Test func outcomesAndOffsetsAreSeenTogetherOrNotAtAll() async throws {
        producer.failNext(.commit, with: Self.aborts)
        try await running {
            settle(0)
            settle(1)
            while !producer.calls.contains(.abort), !Task.isCancelled { await Task.yield() }
            #expect(producer.records(of: "good").isEmpty && consumer.committedOffsets.isEmpty)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(producer.records(of: "good").count == 2)
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 2])
        #expect(producer.calls == [.initialise, .begin, .sendOffsets, .commit, .abort, .begin, .sendOffsets, .commit])
    }

    @Test func aCallThatAsksForItIsMadeAgainInTheSameTransaction() async throws {
        let again = KafkaError(code: "_TIMED_OUT", message: "later", isRetriable: true, transaction: .retry)
        for call in [RecordingProducer.Call.initialise, .begin, .sendOffsets, .commit] {
            producer.failNext(call, with: again)
        }
        try await running {
            settle(0)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(
            producer.calls
                == [.initialise, .initialise, .begin, .begin, .sendOffsets, .sendOffsets, .commit, .commit])
        #expect(producer.records(of: "good").count == 1)
    }

    private static let fenced = KafkaError(code: "_FENCED", message: "fenced", isFatal: true)

    @Test(arguments: [RecordingProducer.Call.begin, .sendOffsets, .commit])
    func aProducerThatIsFencedIsMadeAnewAndWhatWasInHandIsWrittenOnce(_ call: RecordingProducer.Call) async throws {
        producer.failNext(call, with: Self.fenced)
        try await running {
            settle(0)
            settle(1)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(producer.calls.count { $0 == .initialise } == 2)
        #expect(producer.records(of: "good").count == 2)
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test func aCommitThatSucceededAlthoughItsProducerIsFencedIsNotRepeated() async throws {
        producer.failAfterCommit(with: Self.fenced)
        try await running {
            settle(0)
            await turningTheClock { writer.backlog == 0 }
            settle(1)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(producer.records(of: "good").count == 2)
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test func aProducerThatIsFencedAgainAndAgainEndsTheWriter() async {
        for _ in 0..<6 { producer.failNext(.begin, with: Self.fenced) }
        settle(0)
        var code: String?
        await withTaskGroup(of: String?.self) { group in
            group.addTask { [writer] in
                do throws(KafkaError) { try await writer.run() } catch { return error.code }
                return nil
            }
            await turningTheClock { producer.calls.count { $0 == .begin } == 6 }
            code = await group.next() ?? nil
        }
        #expect(code == "_FENCED")
    }

    @Test func aGroupThatIsNotAllowedEndsTheWriter() async {
        consumer.failNextCommit(KafkaError(code: "GROUP_AUTHORIZATION_FAILED", message: "no"))
        settle(0)
        var code: String?
        do throws(KafkaError) { try await writer.run() } catch { code = error.code }
        #expect(code == "GROUP_AUTHORIZATION_FAILED")
    }

    @Test func anErrorWithoutAFlagEndsTheWriter() async {
        producer.failNext(.sendOffsets, with: KafkaError(code: "_INCONSISTENT", message: "nobody knows"))
        settle(0)
        var code: String?
        do throws(KafkaError) { try await writer.run() } catch { code = error.code }
        #expect(code == "_INCONSISTENT")
        #expect(producer.records(of: "good").isEmpty)
    }

    @Test func withoutAPlaceInTheGroupNothingIsCommitted() async throws {
        consumer.withholdPlace(true)
        try await running {
            settle(0)
            while consumer.placeCalls == 0, !Task.isCancelled { await Task.yield() }
            #expect(producer.calls == [.initialise])
            consumer.withholdPlace(false)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 1])
    }

    @Test func whatIsLostBeforeTheCommitIsNotWritten() async throws {
        consumer.withholdPlace(true)
        try await running {
            settle(0)
            while consumer.placeCalls == 0, !Task.isCancelled { await Task.yield() }
            ledgers.letGo([PipelineHarness.partition: generation])
            consumer.withholdPlace(false)
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(producer.records(of: "good").isEmpty && consumer.committedOffsets.isEmpty)
        #expect(ledgers.staleCount == 1)
    }

    @Test func aRecordAtFaultIsFoundByHalvingAndTheOthersPass() async throws {
        producer.limitValues(of: "good", to: 10)
        for offset in 0..<8 { settle(Int64(offset), size: offset == 5 || offset == 2 ? 11 : 1) }
        var isFatal = false
        do throws(KafkaError) { try await writer.run() } catch { isFatal = error.isFatal }
        // Neither an outcome nor a dead letter, so nothing smaller can be made of it.
        #expect(isFatal)
        #expect(producer.batches.contains { $0.count == 1 && $0[0].value?.count == 11 })
        #expect(consumer.committed[PipelineHarness.partition]?.offset ?? 0 <= 2)
    }

    @Test func afterTheLoopStoodStillACommitProvesTheMembership() async throws {
        try await running {
            settle(0)
            while writer.backlog > 0, !Task.isCancelled { await Task.yield() }
            let before = producer.calls.count
            // The writer may see it by itself before it is told.
            consumer.standStill()
            writer.prove()
            while fence.pass() == nil, !Task.isCancelled { await Task.yield() }
            // Nothing was settled: the offsets as they stand, for the sake of the answer.
            #expect(producer.calls[before...] == [.begin, .sendOffsets, .commit])
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 1])
    }

    @Test func aCommitThatWasUnderWayWhenTheLoopStoodStillIsFollowedByAnother() async throws {
        try await running {
            settle(0)
            while writer.backlog > 0, !Task.isCancelled { await Task.yield() }
            let before = producer.calls.count
            producer.failNext(
                .commit, with: KafkaError(code: "_TIMED_OUT", message: "no", isRetriable: true, transaction: .retry))
            consumer.standStill()
            writer.prove()
            await time.sleepers()
            // The place in the group was asked for before this: what is accepted says nothing about it.
            consumer.standStill()
            await turningTheClock { fence.pass() != nil }
            #expect(
                producer.calls[before...] == [
                    .begin, .sendOffsets, .commit, .commit, .begin, .sendOffsets, .commit,
                ])
        }
    }

    @Test func whatTheMapHasNoRoomForWaitsUntilThereIs() async throws {
        // Every second one is finished, far beyond the first: no map of 4,096 bytes holds that.
        let count = CommitMap.certainReach + 1000
        let records = (0...count).map { PipelineHarness.upsert("a", offset: $0) }
        _ = ledgers.begin(records)
        try await running {
            writer.settle(stride(from: Int64(1), through: count, by: 2).map { settlement($0) })
            await turningTheClock { writer.backlog < 600 }
            let room = consumer.committed[PipelineHarness.partition]
            #expect(room?.offset == 0 && (room?.metadata.utf8.count ?? 0) <= CommitMap.maximumLength)
            #expect(writer.backlog > 0)
            writer.settle(stride(from: Int64(0), through: count, by: 2).map { settlement($0) })
            await turningTheClock { writer.backlog == 0 }
        }
        #expect(consumer.committed[PipelineHarness.partition] == CommittedOffset(count + 1))
        #expect(producer.records(of: "good").count == Int(count) + 1)
    }

    @Test func whatWasRefusedIsTriedAgainAlsoWhileOthersPass() async throws {
        producer.refuse("bad", with: Self.noTopic)
        try await running {
            settle(0, to: "bad")
            while health.isReady, !Task.isCancelled { await Task.yield() }
            producer.refuse("bad", with: nil)
            var offset: Int64 = 0
            // Each second one passes, so that there is always a batch without the refused one.
            while producer.records(of: "bad").isEmpty, !Task.isCancelled {
                offset += 1
                settle(offset)
                time.advance(by: .seconds(1))
                await turns(50)
            }
            #expect(producer.records(of: "bad").count == 1)
        }
    }

    @Test func theBacklogIsOpenAgainOnlyAtHalf() {
        var queue = SettlementQueue(backlogLimit: 4)
        _ = queue.add((0..<5).map { settlement($0) }, at: .start, enough: 100)
        #expect(queue.isBacklogged)
        _ = queue.finish([0, 1])
        #expect(queue.isBacklogged)
        _ = queue.finish([2])
        #expect(!queue.isBacklogged)
    }

    @Test func commitsThatKeepFailingMakeTheWorkerUnready() async throws {
        // So many that none succeeds before the fault has been looked at, however fast the clock turns.
        for _ in 0..<12 { consumer.failNextCommit(KafkaError(code: "COORDINATOR_NOT_AVAILABLE", message: "no")) }
        try await running {
            settle(0)
            while consumer.commitCalls < 1, !Task.isCancelled { await Task.yield() }
            #expect(health.isReady)
            await turningTheClock { !health.isReady }
            #expect(consumer.commitCalls >= 3)
            #expect(health.faults[.outcomes]?.contains("COORDINATOR_NOT_AVAILABLE") == true)
            await turningTheClock { health.isReady }
        }
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 1])
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}
