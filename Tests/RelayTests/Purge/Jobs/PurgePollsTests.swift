import KafkaClient
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// The timer of the line of polls.
@Suite(.timeLimit(.minutes(1))) struct PurgePollsTests {
    private final class Woken: Sendable {
        private let kept = Mutex<[String]>([])

        var names: [String] { kept.withLock { $0 } }

        func note(_ name: String) { kept.withLock { $0.append(name) } }
    }

    private let time = ManualTime()
    private let health = HealthBoard()
    private let pace = ScriptedPollPace(nil)
    private let woken = Woken()
    private let polls: PurgePolls

    init() {
        let (woken, pace) = (woken, pace)
        polls = PurgePolls(
            perMinute: { pace.pollsPerMinute }, wake: { woken.note($0.requestID) },
            faults: PurgeFaults(health: health), time: time, random: SeededRandom(seed: 1))
    }

    private func turn(_ name: String, dueIn wait: Duration = .zero) -> Bool {
        polls.turn(PollLineFixture.key(name), submitted: PurgeRecords.now) { $0 + wait }
    }

    private func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    private func running(_ body: () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await polls.run() }
            await body()
            polls.close()
        }
    }

    @Test func whoIsDueIsWokenAtItsMomentByOneTimer() async {
        await running {
            #expect(!turn("a", dueIn: .seconds(10)))
            await time.sleepers()
            // The later one does not move it, the earlier one does.
            _ = turn("b", dueIn: .seconds(20))
            _ = turn("c", dueIn: .seconds(5))
            await until { time.nextDeadline == .start + .seconds(5) }
            time.advance(by: .seconds(5))
            await until { woken.names == ["c"] }
            #expect(turn("c") && time.sleeperCount <= 1)
            await until { time.nextDeadline == .start + .seconds(10) }
            time.advance(by: .seconds(15))
            await until { woken.names == ["c", "a", "b"] }
        }
    }

    @Test func anAnswerLetsTheNextOneIn() async {
        await running {
            for index in 10..<(10 + PollLine.mostAtOnce + 2) { _ = turn("\(index)") }
            await until { woken.names.count == PollLine.mostAtOnce }
            for name in woken.names { #expect(turn(name)) }
            #expect(!polls.answered(PollLineFixture.key("10"), dueIn: .seconds(60)))
            await until { woken.names.count == PollLine.mostAtOnce + 1 }
            polls.leave(PollLineFixture.key("11"))
            await until { woken.names.count == PollLine.mostAtOnce + 2 }
        }
    }

    @Test func aPaceThatGrowsIsNoticed() async {
        pace.set(0)
        await running {
            _ = turn("a")
            await until { time.nextDeadline == .start + PollLine.glance }
            pace.set(60)
            time.advance(by: PollLine.glance)
            await until { woken.names == ["a"] }
        }
    }

    @Test func aFaultIsReportedUntilSomebodyIsAnswered() async {
        await running {
            _ = turn("a")
            _ = turn("b")
            await until { woken.names.count == 2 }
            #expect(turn("a") && turn("b"))
            let first = polls.failed(PollLineFixture.key("a"), .everybodys, "it fails") { .seconds($0) }
            #expect(first.isDown && first.isNews && first.failuresInARow == 1)
            #expect(health.faults[.purges] == "it fails")
            #expect(polls.answered(PollLineFixture.key("b"), dueIn: .seconds(60)))
            #expect(health.faults[.purges] == nil)
            time.advance(by: .seconds(1))
            await until { woken.names.count == 3 }
            #expect(turn("a"))
            let own = polls.failed(PollLineFixture.key("a"), .perhapsItsOwn, "it fails") { .seconds($0) }
            #expect(!own.isDown && !own.isNews && own.failuresInARow == 2)
            #expect(health.faults[.purges] == nil)
        }
    }

    @Test func aFaultGoesWithTheLastJob() async {
        await running {
            _ = turn("a")
            await until { woken.names.count == 1 }
            #expect(turn("a"))
            _ = polls.failed(PollLineFixture.key("a"), .everybodys, "it fails") { .seconds($0) }
            #expect(health.faults[.purges] != nil)
            polls.drop(TopicPartition("purge-requests", 0))
            #expect(health.faults[.purges] == nil)
        }
    }

    @Test func itEndsWithItsTask() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await polls.run() }
            _ = turn("a", dueIn: .seconds(60))
            await time.sleepers()
            group.cancelAll()
        }
        #expect(time.sleeperCount == 0)
    }
}
