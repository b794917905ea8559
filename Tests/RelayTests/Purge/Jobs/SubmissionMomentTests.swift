import GenesysCloud
import KafkaClient
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// What changes between a purge's turn and its submission.
@Suite(.timeLimit(.minutes(1))) struct SubmissionMomentTests {
    /// Held shut until a test opens it; ended by cancellation.
    private final class Gate: Sendable {
        private let isOpen = Mutex(false)
        private let isReached = Mutex(false)

        var hasVisitor: Bool { isReached.withLock { $0 } }

        func open() { isOpen.withLock { $0 = true } }

        func pass() async {
            isReached.withLock { $0 = true }
            while !isOpen.withLock({ $0 }), !Task.isCancelled { await Task.yield() }
        }
    }

    private func request(_ changes: [(member: String, json: String?)] = []) throws -> KafkaRecord {
        PurgeRecords.record(data: try PurgeRecords.data(changes))
    }

    @Test func aMarkThatComesWhileTheSubmissionWaitsKeepsItFromBeingSent() async throws {
        let gate = Gate()
        let api = AnsweringPurgeAPI(AnsweringPurgeAPI.Answers(waiting: { await gate.pass() }))
        let bench = DeskBench(api)
        let record = try request()
        try await bench.running {
            bench.take(record)
            await bench.until { gate.hasVisitor }
            try await bench.mark("softDeleted")
            gate.open()
            await bench.turningTheClock { bench.job?.reason?.code == .dependencyViolation }
            #expect(api.sent == 0)
            try await bench.mark("restored")
            await bench.turningTheClock { bench.job?.phase == .following }
            #expect(api.sent == 1)
        }
    }

    @Test func aWindowThatPassesWhileTheSubmissionWaitsKeepsItFromBeingSent() async throws {
        let gate = Gate()
        let api = AnsweringPurgeAPI(AnsweringPurgeAPI.Answers(waiting: { await gate.pass() }))
        let bench = DeskBench(api)
        let record = try request([("executionWindow", #"{"end":"2026-11-22T10:05:00Z"}"#)])
        try await bench.running {
            bench.take(record)
            await bench.until { gate.hasVisitor }
            bench.time.advance(by: .seconds(301))
            gate.open()
            await bench.turningTheClock { bench.job?.phase == .ended }
            #expect(bench.job?.status == .failed && bench.job?.reason?.code == .windowClosed)
            #expect(api.sent == 0)
        }
    }

    @Test func marksThatAreNotFollowedAnyMoreAllowNothing() async throws {
        let gate = Gate()
        let api = AnsweringPurgeAPI(AnsweringPurgeAPI.Answers(waiting: { await gate.pass() }))
        let bench = DeskBench(api)
        let record = try request()
        try await bench.running {
            bench.take(record)
            await bench.until { gate.hasVisitor }
            bench.follower.end(with: KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no"))
            await bench.until { !bench.states.isWhole }
            gate.open()
            await bench.until { bench.job?.phase == .waiting && api.refused == 1 }
            await bench.turningTheClock { bench.desk.snapshot.waiting["recordStates"] == 1 }
            #expect(api.sent == 0)
        }
    }

    @Test func aSubmissionThatWaitsIsBrokenOffWhenThePartitionIsWantedBack() async throws {
        let gate = Gate()
        let api = AnsweringPurgeAPI(AnsweringPurgeAPI.Answers(waiting: { await gate.pass() }))
        let bench = DeskBench(api)
        let record = try request()
        try await bench.running {
            bench.take(record)
            await bench.until { gate.hasVisitor }
            #expect(bench.job?.phase == .submitting)
            bench.revoke()
            // Without turning the clock: it waits for no deadline.
            #expect(await bench.desk.drained([DeskBench.partition], by: bench.time.now + .seconds(60)))
            // Its next owner need not ask a person.
            #expect(bench.job?.phase == .waiting)
            #expect(api.sent == 0 && api.refused == 1)
        }
    }

    @Test func aRefusalCountsOnlyWhenTheQuotaIsKnownToBeLeft() async throws {
        let api = AnsweringPurgeAPI(
            AnsweringPurgeAPI.Answers(
                quota: QuotaFailingOnce(at: 2).answer,
                submission: { number in
                    number == 1
                        ? .notTaken(GenesysError(.invalidRequest, status: 400, message: "no"))
                        : .taken(PurgeTicket(purgeID: "p-1"))
                }))
        let bench = DeskBench(api)
        let record = try request()
        try await bench.running {
            bench.take(record)
            await bench.turningTheClock { bench.job?.phase == .following || bench.job?.phase == .ended }
            #expect(bench.job?.phase == .following && api.sent == 2)
        }
    }

    @Test func aRepeatedRequestDoesNotCutABackOffShort() async throws {
        let api = AnsweringPurgeAPI(
            AnsweringPurgeAPI.Answers(
                submission: { _ in .notTaken(GenesysError(.serverError, status: 503, message: "later")) }))
        let bench = DeskBench(api)
        let record = try request()
        try await bench.running {
            bench.take(record)
            await bench.until { api.sent == 1 && bench.job?.phase == .waiting && bench.job?.attempts == 1 }
            var repeated = record
            for offset in Int64(6)...10 {
                repeated.offset = offset
                bench.take(repeated)
                await bench.until { bench.job?.repeats.count == Int(offset) - 5 }
            }
            await bench.manyTurns()
            #expect(api.sent == 1)
            await bench.turningTheClock { api.sent == 2 }
        }
    }
}

/// A quota that is not answered once.
private final class QuotaFailingOnce: Sendable {
    private let count = Mutex(0)
    private let place: Int

    init(at place: Int) { self.place = place }

    @Sendable func answer() async throws(GenesysError) -> PurgeQuota? {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == place { throw GenesysError(.serverError, status: 500, message: "no") }
        return PurgeQuota(remaining: 5)
    }
}
