import GenesysCloud
import Glibc
import KafkaClient
import TestSupport
import Testing

@testable import Relay

/// Asking for the sizes of topics, and telling the share.
@Suite(.timeLimit(.minutes(1))) struct QuotaKeeperTests {
    private static let changes = "contact-changes"
    private static let purges = "purge-requests"
    private static let fault = KafkaError(code: "_TRANSPORT", message: "gone", isRetriable: true)

    private let quota = NotedQuota()
    private let consumer = ScriptedConsumer()
    private let time = ManualTime()
    private let health = HealthBoard()
    private let log = LogLines()
    private let keeper: QuotaKeeper

    init() {
        health.clear(.joining)
        keeper = QuotaKeeper(
            QuotaShare(changesTopic: Self.changes, purgesTopic: Self.purges), quota: quota, consumer: consumer,
            time: time, random: SeededRandom(seed: 1), health: health, logger: log.logger)
    }

    private func partitions(_ numbers: Range<Int32>, of topic: String = changes) -> [TopicPartition] {
        numbers.map { TopicPartition(topic, $0) }
    }

    /// Runs the keeper around `body`.
    private func running(_ body: () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeper.run() }
            await body()
            group.cancelAll()
        }
    }

    private func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    /// Waits until the keeper has asked so often and waits again.
    private func asked(_ count: Int) async {
        await until { consumer.countCalls.count >= count && time.sleeperCount == 1 }
    }

    @Test func theShareIsNoneFromTheBeginningUntilTheFirstAnswer() async {
        #expect(quota.shares == [.none])
        consumer.holdCounts(true)
        await running {
            keeper.hold(partitions(0..<1))
            await until { !consumer.countCalls.isEmpty }
            #expect(quota.shares == [.none] && keeper.share == .none)
            consumer.holdCounts(false)
            await until { quota.shares.count == 2 }
        }
        #expect(quota.last == RequestShare(changes: 0.95 / 4, purges: 0))
        #expect(keeper.share == quota.last)
        #expect(log.messages(with: "share of the quota") == ["share of the quota"])
    }

    @Test func aRebalanceCountsAtOnceWithWhatIsKnownAndIsAskedAfter() async {
        await running {
            keeper.hold(partitions(0..<4) + partitions(0..<4, of: Self.purges))
            await until { quota.last?.sum == 1 }
            await asked(2)
            #expect(consumer.countCalls == [Self.changes, Self.purges])
            consumer.holdCounts(true)
            keeper.hold(partitions(0..<3) + partitions(0..<1, of: Self.purges))
            #expect(quota.last == RequestShare(changes: 0.95 * (3.0 / 4), purges: 0.05 / 4))
            keeper.hold([])
            #expect(quota.last == RequestShare.none)
            keeper.hold(partitions(0..<1))
            #expect(quota.last == RequestShare(changes: 0.95 / 4, purges: 0))
            // The topic has grown meanwhile.
            consumer.setCount(8, of: Self.changes)
            await until { consumer.countCalls.count > 2 }
            consumer.holdCounts(false)
            await until { quota.last?.changes == 0.95 / 8 }
        }
        #expect(health.isReady)
    }

    @Test func withoutARebalanceItIsAskedEachMinute() async {
        await running {
            keeper.hold(partitions(0..<2))
            await asked(1)
            consumer.setCount(8, of: Self.changes)
            time.advance(by: .seconds(59))
            await asked(1)
            #expect(consumer.countCalls.count == 1)
            time.advance(by: .seconds(1))
            await until { quota.last?.changes == 0.95 * (2.0 / 8) }
        }
    }

    @Test func whatIsNotAnsweredIsAskedAgainAndSaidWhereItLasts() async {
        for _ in 0..<7 { consumer.failNextCount(Self.fault) }
        await running {
            keeper.hold(partitions(0..<1))
            await asked(1)
            #expect(quota.shares == [.none])
            // A moment without an answer is nobody's business.
            #expect(health.isReady)
            for count in 2...7 {
                // Not at once, and after 10 s at the most.
                time.advance(by: .milliseconds(99))
                await turns(50)
                #expect(consumer.countCalls.count == count - 1)
                time.advance(by: .seconds(10))
                await asked(count)
            }
            #expect(
                health.faults[.quota]
                    == "the number of partitions of contact-changes cannot be asked for: _TRANSPORT; "
                    + "nothing of the quota is used for it")
            time.advance(by: .seconds(10))
            await until { quota.last?.changes == 0.95 / 4 }
        }
        #expect(health.isReady)
        #expect(log.messages(with: "is not known").count == 1)
    }

    @Test func aFaultLeavesTheShareAsItWas() async {
        await running {
            keeper.hold(partitions(0..<2))
            await until { quota.shares.count == 2 }
            await asked(1)
            for _ in 0..<3 { consumer.failNextCount(Self.fault) }
            keeper.hold(partitions(0..<3))
            await asked(2)
            for count in 3...4 {
                time.advance(by: .seconds(10))
                await asked(count)
            }
            #expect(quota.last == RequestShare(changes: 0.95 * (3.0 / 4), purges: 0))
            #expect(health.isReady)
            #expect(log.messages(with: "stays as it is").count == 1)
            time.advance(by: .seconds(10))
            await asked(5)
        }
        #expect(quota.shares.count == 3)
    }

    @Test func aRebalanceIsAskedAfterAlthoughTheLastAnswerFailed() async {
        consumer.failNextCount(Self.fault)
        await running {
            keeper.hold(partitions(0..<1))
            await asked(1)
            keeper.hold(partitions(0..<2))
            // The clock stands still.
            await until { quota.last?.changes == 0.95 * (2.0 / 4) }
        }
    }

    @Test func whatIsLetGoIsNoFaultAnyMore() async {
        for _ in 0..<3 { consumer.failNextCount(Self.fault) }
        await running {
            keeper.hold(partitions(0..<1))
            for count in 1...2 {
                await asked(count)
                time.advance(by: .seconds(10))
            }
            // The next question would be answered.
            await asked(3)
            #expect(health.faults[.quota] != nil)
            keeper.hold([])
            #expect(health.isReady)
        }
    }

    /// Two threads: one is held up while it tells its share, the other has a newer one.
    @Test func ofTwoSharesTheLaterDecidedIsToldLast() async {
        await running {
            keeper.hold(partitions(0..<4))
            await asked(1)
        }
        let (begun, told) = (Count(), Count())
        quota.beforeKeeping { share in
            guard share.changes == 0.95 / 4 else { return told.add() }
            begun.add()
            // Time enough for the other, if nothing holds it back.
            for _ in 0..<20_000 where told.value == 0 { sched_yield() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { keeper.hold(partitions(0..<1)) }
            group.addTask {
                await until { begun.value > 0 }
                keeper.hold(partitions(0..<2))
            }
        }
        let quarters = quota.shares.suffix(2).map { ($0.changes / 0.95 * 4).rounded() }
        #expect(quarters == [1, 2])
        #expect(quota.last == keeper.share)
    }
}
