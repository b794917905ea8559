import KafkaClient
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct TransactionalLogTests {
    typealias Call = RecordingProducer.Call

    private let consumer: ScriptedConsumer
    private let producer: RecordingProducer
    private let time = ManualTime()
    private let lines = LogLines()
    private let log: TransactionalLog

    init() {
        consumer = ScriptedConsumer()
        producer = RecordingProducer(committingTo: consumer)
        log = TransactionalLog(
            producer: producer, consumer: consumer, time: time, random: SeededRandom(seed: 1), logger: lines.logger)
    }

    private func error(_ verdict: KafkaError.TransactionVerdict, _ code: String = "_X") -> KafkaError {
        KafkaError(code: code, message: "no", transaction: verdict)
    }

    /// What became of one attempt.
    private enum End: Equatable {
        case committed
        case refused(Int)
        case failed(String)
        case thrown(String)
    }

    private func write(
        _ settlements: [Settlement] = [Settlements.settlement(0, to: "o", "d")], isOurs: Bool = true,
        extras: [ProducerRecord] = [],
        offsets: [TopicPartition: CommittedOffset] = [PipelineHarness.partition: CommittedOffset(1)]
    ) async -> End {
        var batch = Settlements.entries(settlements)
        let before = batch
        let end: End
        do throws(KafkaError) {
            switch try await log.write(
                &batch, extras: extras, offsets: offsets, ours: { isOurs ? Set(offsets.keys) : [] })
            {
            case .committed: end = .committed
            case .refused(let faults): end = .refused(faults.count)
            case .failed(let error): end = .failed(error.code)
            }
        } catch { end = .thrown(error.code) }
        // In a transaction nothing is left behind, so all is tried again.
        #expect(batch.map(\.settlement.records) == before.map(\.settlement.records))
        return end
    }

    /// One attempt that must not wait for anything; one that does is cut off.
    private func writeAtOnce() async -> End? {
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask { await write() }
            await turns(300)
            group.cancelAll()
            return await group.next()
        }
        #expect(lines.messages(with: "must wait").isEmpty)
        return end
    }

    private var isNothingSeen: Bool {
        producer.records(of: "o").isEmpty && producer.records(of: "d").isEmpty && consumer.committedOffsets.isEmpty
    }

    @Test func recordsAndOffsetsAreOneTransaction() async {
        #expect(await write() == .committed)
        #expect(producer.calls == [.begin, .sendOffsets, .commit])
        #expect(producer.records(of: "o").count == 1 && producer.records(of: "d").count == 1)
        #expect(consumer.committedOffsets == [PipelineHarness.partition: 1])
    }

    @Test(arguments: [Call.begin, .sendOffsets, .commit]) func anAbortableErrorAborts(_ call: Call) async {
        producer.failNext(call, with: error(.abort))
        #expect(await write() == .failed("_X"))
        #expect(producer.calls.last == .abort && isNothingSeen)
        #expect(await write() == .committed)
    }

    @Test(arguments: [Call.begin, .sendOffsets, .commit]) func anErrorWithoutAFlagEndsTheProducer(_ call: Call) async {
        producer.failNext(call, with: error(.fatal))
        #expect(await write() == .thrown("_X"))
        #expect(!producer.calls.contains(.abort) && isNothingSeen)
    }

    @Test(arguments: [Call.begin, .sendOffsets, .commit, .abort]) func aRetriableErrorRepeatsTheCall(
        _ call: Call
    ) async {
        if call == .abort { producer.failNext(.commit, with: error(.abort, "_A")) }
        for _ in 0..<2 { producer.failNext(call, with: error(.retry)) }
        let ending = await withTaskGroup(of: End.self) { group in
            group.addTask { await write() }
            for count in 1...2 {
                await time.sleepers()
                // Not at once: a broker that says "later" is not asked without a pause.
                #expect(producer.calls.filter { $0 == call }.count == count)
                time.advance(by: .seconds(1))
            }
            return await group.next()
        }
        #expect(ending == (call == .abort ? .failed("_A") : .committed))
        #expect(producer.calls.filter { $0 == call }.count == 3)
        #expect(producer.batches.count == 1)
        #expect(lines.messages(with: "must wait").count == 2)
    }

    @Test(arguments: [Call.begin, .sendOffsets, .commit]) func aFlagCountsForNothingOnceTheClientIsDone(
        _ call: Call
    ) async {
        for verdict in [KafkaError.TransactionVerdict.abort, .retry] {
            var over = error(verdict)
            over.isFatal = true
            producer.failNext(call, with: over)
            #expect(await writeAtOnce() == .thrown("_X"))
            await withDiscardedTransaction()
        }
        #expect(isNothingSeen)
    }

    private func withDiscardedTransaction() async {
        try? await producer.abortTransaction()
    }

    @Test func anAbortThatFailsEndsTheProducer() async {
        producer.failNext(.commit, with: error(.abort))
        producer.failNext(.abort, with: error(.fatal, "_INCONSISTENT"))
        #expect(await write() == .thrown("_INCONSISTENT"))
    }

    @Test func aRecordAtFaultIsNamedAndTheTransactionAborted() async {
        producer.failNextRecords([1: KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "no", transaction: .abort)])
        #expect(await write() == .refused(1))
        #expect(producer.calls == [.begin, .abort] && isNothingSeen)
    }

    @Test func aRecordThatFailsWithTheTransactionIsTriedAgain() async {
        producer.failNextRecords([0: KafkaError(code: "_PURGE_QUEUE", message: "no", transaction: .abort)])
        #expect(await write() == .failed("_PURGE_QUEUE"))
        #expect(producer.calls == [.begin, .abort] && isNothingSeen)
    }

    /// librdkafka commits the rest when a record is larger than its own limit: the results are all that says so.
    @Test func aRecordThatTheClientItselfLeavesOutDoesNotSlipThrough() async {
        producer.failNextRecords([1: KafkaError(code: "MSG_SIZE_TOO_LARGE", message: "local")])
        #expect(await write() == .refused(1))
        #expect(!producer.calls.contains(.commit))
    }

    @Test func aFatalRecordErrorEndsTheProducerWithoutAnAbort() async {
        producer.failNextRecords([
            0: KafkaError(code: "_PURGE_QUEUE", message: "no", transaction: .abort),
            1: KafkaError(code: "_INCONSISTENT", message: "no", isFatal: true),
        ])
        #expect(await write() == .thrown("_INCONSISTENT"))
        #expect(producer.calls == [.begin])
    }

    @Test func withoutAPlaceInTheGroupNothingIsBegun() async {
        consumer.withholdPlace(true)
        #expect(await write() == .failed("_STATE"))
        #expect(producer.calls.isEmpty && producer.batches.isEmpty)
    }

    @Test func aConsumerThatCannotGoOnEndsItBeforeAnythingIsBegun() async {
        consumer.failNextPlace(KafkaError(code: "_FATAL", message: "no", isFatal: true))
        #expect(await write() == .thrown("_FATAL"))
        #expect(producer.calls.isEmpty && producer.batches.isEmpty)
    }

    @Test func whatGoesAlongIsInTheSameTransactionAndNobodysFault() async {
        let extra = ProducerRecord(topic: "deletions", partition: 0, key: [1], value: nil)
        producer.failNext(.commit, with: error(.abort))
        #expect(await write(extras: [extra]) == .failed("_X"))
        #expect(producer.records(of: "deletions").isEmpty)
        producer.refuse("deletions", with: KafkaError(code: "TOPIC_EXCEPTION", message: "no", transaction: .abort))
        #expect(await write(extras: [extra]) == .failed("TOPIC_EXCEPTION"))
        producer.refuse("deletions", with: nil)
        #expect(await write(extras: [extra]) == .committed)
        #expect(producer.records(of: "deletions") == [extra])
    }

    @Test func whatWasLostMeanwhileIsNotCommitted() async {
        #expect(await write(isOurs: false) == .failed("_ASSIGNMENT_LOST"))
        #expect(producer.calls == [.begin, .sendOffsets, .abort] && isNothingSeen)
    }

    @Test(arguments: [Call.initialise, .commit]) func aCancelledWaitEnds(_ call: Call) async {
        producer.failNext(call, with: error(.retry, "_LATER"))
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask {
                if call != .initialise { return await write() }
                do throws(KafkaError) { try await log.prepare() } catch { return .thrown(error.code) }
                return .committed
            }
            await time.sleepers()
            group.cancelAll()
            return await group.next()
        }
        #expect(end == .thrown("_LATER"))
        #expect(isNothingSeen)
    }

    @Test func beforeTheFirstTransactionItWaitsAndAnythingElseEndsIt() async {
        producer.failNext(.initialise, with: error(.abort, "ODD"))
        var code: String?
        do throws(KafkaError) { try await log.prepare() } catch { code = error.code }
        #expect(code == "ODD")
    }

    // MARK: A producer that is fenced

    private static let other = TopicPartition("contact-changes", 1)
    private static let fenced = KafkaError(code: "_FENCED", message: "fenced", isFatal: true)

    @Test(arguments: [Call.begin, .sendOffsets, .commit, .abort]) func aFencedProducerIsMadeAnewBeforeAnythingElse(
        _ call: Call
    ) async {
        if call == .abort { producer.failNext(.commit, with: error(.abort)) }
        producer.failNext(call, with: Self.fenced)
        #expect(await write() == .failed("_FENCED"))
        #expect(producer.calls.suffix(2) == [call, .initialise] && isNothingSeen)
        #expect(await write() == .committed)
    }

    @Test func aRecordThatFindsTheProducerFencedHasItMadeAnew() async {
        producer.failNextRecords([1: Self.fenced])
        #expect(await write() == .failed("_FENCED"))
        #expect(producer.calls == [.begin, .initialise] && isNothingSeen)
    }

    @Test func whatStandsAlthoughItsProducerIsFencedIsCommitted() async {
        producer.failAfterCommit(with: Self.fenced)
        #expect(await write() == .committed)
        #expect(producer.calls == [.begin, .sendOffsets, .commit, .initialise])
        #expect(producer.records(of: "o").count == 1)
    }

    /// What stands when the transaction of a fenced producer got lost, or was never made: the batch moved partition 0.
    @Test(
        arguments: [
            [:],
            [PipelineHarness.partition: CommittedOffset(0)],
            [PipelineHarness.partition: CommittedOffset(1, metadata: "another map")],
            // Named in the commit, and not moved by it.
            [Self.other: CommittedOffset(1)],
        ] as [[TopicPartition: CommittedOffset]])
    func whatDoesNotStandIsTriedAgain(_ standing: [TopicPartition: CommittedOffset]) async {
        consumer.take(standing)
        producer.failNext(.commit, with: Self.fenced)
        let offsets = [PipelineHarness.partition: CommittedOffset(1), Self.other: CommittedOffset(1)]
        #expect(await write(offsets: offsets) == .failed("_FENCED"))
        #expect(consumer.committed == standing)
        #expect(await write(offsets: offsets) == .committed)
    }

    @Test func onePartitionThatStandsAndIsStillOursShowsThatAllOfItIsCommitted() async {
        // The other has gone to somebody who committed more.
        consumer.take([PipelineHarness.partition: CommittedOffset(1), Self.other: CommittedOffset(7)])
        producer.failNext(.begin, with: Self.fenced)
        let offsets = [PipelineHarness.partition: CommittedOffset(1), Self.other: CommittedOffset(1)]
        #expect(await write(offsets: offsets) == .committed)
    }

    @Test func whatStandsInAPartitionThatIsAnothersShowsNothing() async {
        consumer.take([PipelineHarness.partition: CommittedOffset(1)])
        producer.failNext(.begin, with: Self.fenced)
        #expect(await write(isOurs: false) == .failed("_FENCED"))
    }

    /// It says what stood before, so that it stands proves nothing: least of all that this is a member still.
    @Test func aCommitForTheSakeOfItsAnswerHasNoneFromAFencedProducer() async {
        consumer.take([PipelineHarness.partition: CommittedOffset(1)])
        producer.failNext(.commit, with: Self.fenced)
        #expect(await write([]) == .failed("_FENCED"))
        #expect(await write([]) == .committed)
    }

    @Test func whatStandsIsAskedUntilThereIsAnAnswer() async {
        producer.failAfterCommit(with: Self.fenced)
        for _ in 0..<2 { consumer.failNextAsk(KafkaError(code: "_TRANSPORT", message: "no")) }
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask { await write() }
            for count in 1...2 {
                while lines.messages(with: "must wait").count < count || time.sleeperCount == 0, !Task.isCancelled {
                    await Task.yield()
                }
                time.advance(by: .seconds(1))
            }
            return await group.next()
        }
        #expect(end == .committed)
    }

    @Test func whoMayNotAskWhatStandsEnds() async {
        producer.failAfterCommit(with: Self.fenced)
        consumer.failNextAsk(KafkaError(code: "GROUP_AUTHORIZATION_FAILED", message: "no"))
        #expect(await writeAtOnce() == .thrown("GROUP_AUTHORIZATION_FAILED"))
    }

    @Test func aProducerThatCannotBeMadeAnewEnds() async {
        producer.failNext(.begin, with: Self.fenced)
        producer.failNext(.initialise, with: error(.fatal, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"))
        #expect(await write() == .thrown("TRANSACTIONAL_ID_AUTHORIZATION_FAILED"))
    }

    @Test func aCommitInBetweenGivesBackAllItsRenewals() async {
        for round in 1...2 {
            let offsets = [PipelineHarness.partition: CommittedOffset(Int64(round))]
            for _ in 0..<5 {
                producer.failNext(.begin, with: Self.fenced)
                #expect(await write(offsets: offsets) == .failed("_FENCED"))
            }
            if round == 1 { #expect(await write(offsets: offsets) == .committed) }
        }
        // Another process has its id, and takes it again each time.
        producer.failNext(.begin, with: Self.fenced)
        #expect(await write() == .thrown("_FENCED"))
        #expect(producer.calls.count { $0 == .initialise } == 10)
    }
}
