import KafkaClient
import Observability
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct RestorerTests {
    private static let partition = PipelineHarness.partition
    private static let other = TopicPartition("contact-changes", 1)

    private let reader = ScriptedStateReader()
    private let state = ScriptedState()
    private let second = ScriptedState(topic: "second")
    private let restorations = Restorations()
    private let time = ManualTime()
    private let health = HealthBoard()
    private let log = LogLines()
    private let finished = Names()
    private let failures = Count()
    private let restorer: Restorer

    init() {
        restorer = Restorer(
            states: [state, second], reader: reader, restorations: restorations, time: time,
            random: SeededRandom(seed: 1), health: health, logger: log.logger,
            finished: { [finished] in finished.add($0.description) }, failed: { [failures] in failures.add() })
        health.clear(.joining)
    }

    private func record(_ offset: Int64) -> KafkaRecord {
        KafkaRecord(partition: TopicPartition("contact-deletions", 0), offset: offset, value: nil)
    }

    @Test func eachStateIsReadInItsPartitionOfTheSameNumberAndThenItIsTold() async {
        let work = restorer.begin([Self.partition], Generation(1)).values
        #expect(state.calls == ["begin 0"] && second.calls == ["begin 0"])
        #expect(restorations.isPending(Self.partition))
        await withTaskGroup(of: Void.self) { group in
            for one in work { group.addTask { await one() } }
            await reader.begun(1)
            reader.hand([record(3), record(7)], in: 0)
            reader.hand([record(9)], in: 0)
            reader.end(0)
            await reader.begun(2)
            #expect(finished.all.isEmpty && restorations.isPending(Self.partition))
            reader.end(1)
        }
        #expect(reader.readings.map(\.partition.description) == ["contact-deletions/0", "second/0"])
        #expect(state.calls == ["begin 0", "restore 0: 3,7", "restore 0: 9"])
        #expect(finished.all == ["contact-changes/0"])
        #expect(!restorations.isPending(Self.partition))
        #expect(restorer.fault == nil)
    }

    @Test func partitionsAreReadSideBySide() async {
        let work = restorer.begin([Self.partition, Self.other], Generation(1)).values
        await withTaskGroup(of: Void.self) { group in
            for one in work { group.addTask { await one() } }
            // Both have begun and neither has ended.
            await reader.begun(2)
            let places = reader.readings.map(\.partition.partition)
            let late = places.firstIndex(of: 1) ?? 0
            reader.end(late)
            await reader.begun(3)
            reader.end(2)
            while finished.all.isEmpty, !Task.isCancelled { await Task.yield() }
            #expect(finished.all == ["contact-changes/1"])
            #expect(restorations.isPending(Self.partition) && !restorations.isPending(Self.other))
            reader.end(1 - late)
            await reader.begun(4)
            reader.end(3)
        }
        #expect(finished.all == ["contact-changes/1", "contact-changes/0"])
    }

    @Test func whatIsGivenUpIsCancelledAndLeavesNothingBehind() async {
        reader.ignoreCancellation()
        let first = restorer.begin([Self.partition], Generation(1)).values
        await withTaskGroup(of: Void.self) { group in
            for one in first { group.addTask { await one() } }
            await reader.begun(1)
            restorer.cancel([Self.partition])
            restorer.drop([Self.partition])
            while reader.cancelled.isEmpty, !Task.isCancelled { await Task.yield() }
            for one in restorer.begin([Self.partition], Generation(2)).values { group.addTask { await one() } }
            await reader.begun(2)
            // The last batch of the old reading, and its end, while the new one goes on.
            reader.hand([record(1)], in: 0)
            reader.end(0)
            await turns(200)
            #expect(finished.all.isEmpty && restorations.isPending(Self.partition))
            reader.hand([record(2)], in: 1)
            reader.end(1)
            await reader.begun(3)
            reader.end(2)
        }
        #expect(state.calls == ["begin 0", "drop 0", "begin 0", "restore 0: 2"])
        #expect(finished.all == ["contact-changes/0"])
    }

    @Test func aFaultThatPassesIsTriedAgainAndSeen() async {
        let work = restorer.begin([Self.partition], Generation(1)).values
        await withTaskGroup(of: Void.self) { group in
            for one in work { group.addTask { await one() } }
            for place in 0..<2 {
                await reader.begun(place + 1)
                reader.end(place, with: KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "none"))
                await time.sleepers()
                #expect(health.faults[.restoring("contact-changes/0")]?.contains("UNKNOWN_TOPIC_OR_PART") == true)
                #expect(restorations.isPending(Self.partition))
                // The pause is over after 10 s at the most, and not at once.
                time.advance(by: .milliseconds(50))
                await turns(50)
                #expect(reader.readings.count == place + 1)
                time.advance(by: .seconds(10))
            }
            await reader.begun(3)
            reader.end(2)
            await reader.begun(4)
            reader.end(3)
        }
        #expect(health.isReady && failures.value == 0)
        #expect(log.all.filter { $0.level == .error }.count == 2)
        #expect(finished.all == ["contact-changes/0"])
    }

    /// The fault comes when the assignment has ended and the task does not know yet that it is cancelled.
    @Test func aFaultOfWhatWasGivenUpDoesNotMakeTheWorkerUnready() async {
        let reader = FailingReader()
        let restorer = Restorer(
            states: [state], reader: reader, restorations: restorations, time: time, random: SeededRandom(seed: 1),
            health: health, logger: .disabled, finished: { [finished] in finished.add($0.description) }, failed: {})
        reader.onRead { restorer.cancel([Self.partition]) }
        for work in restorer.begin([Self.partition], Generation(1)).values { await work() }
        #expect(reader.count.value == 1)
        #expect(health.isReady && finished.all.isEmpty)
    }

    @Test func aRefusalOfTheClusterEndsIt() async {
        let work = restorer.begin([Self.partition], Generation(1)).values
        await withTaskGroup(of: Void.self) { group in
            for one in work { group.addTask { await one() } }
            await reader.begun(1)
            reader.end(0, with: KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no"))
        }
        #expect(restorer.fault?.code == "TOPIC_AUTHORIZATION_FAILED")
        #expect(failures.value == 1 && finished.all.isEmpty)
        // Its work is never let through.
        #expect(restorations.isPending(Self.partition))
    }

    @Test func withoutAReaderNothingIsWaitedFor() {
        let none = Restorer(
            states: [state], reader: nil, restorations: restorations, time: time, random: SeededRandom(seed: 1),
            health: health, logger: .disabled, finished: { _ in }, failed: {})
        #expect(none.begin([Self.partition], Generation(1)).isEmpty)
        none.drop([Self.partition])
        #expect(state.calls.isEmpty && !restorations.isPending(Self.partition))
    }
}

private final class Names: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func add(_ name: String) { kept.withLock { $0.append(name) } }
}

/// Fails at once, after something else has happened.
private final class FailingReader: KafkaStateReading {
    private struct Hook {
        var body: @Sendable () -> Void = {}
    }

    let count = Count()
    private let hook = Mutex(Hook())

    func onRead(_ body: @escaping @Sendable () -> Void) { hook.withLock { $0.body = body } }

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        count.add()
        hook.withLock { $0 }.body()
        throw KafkaError(code: "_TRANSPORT", message: "gone")
    }

    func close() async {}
}
