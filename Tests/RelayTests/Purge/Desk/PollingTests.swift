import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// Many running jobs at one desk: who is asked after, and what faults do to them.
@Suite(.timeLimit(.minutes(1))) struct PollingTests {
    /// The ledger of a replica with so many running jobs, `pr-0` with `p-1` and so on, the oldest first.
    private func ledger(_ count: Int) async throws -> [KafkaRecord] {
        let former = PurgeHarness(pollsPerMinute: 0)
        try await former.running {
            for index in 0..<count {
                $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index)))
                await $0.until { former.count(of: .following) == index + 1 }
                $0.time.advance(by: .seconds(1))
            }
        }
        return former.ledger
    }

    @Test func allPollsTogetherKeepThePace() async throws {
        let harness = PurgeHarness(pollsPerMinute: 6) { $0.pollInterval = .seconds(1) }
        try await harness.running {
            for index in 0..<10 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index))) }
            await $0.until { harness.count(of: .following) == 10 }
            await $0.turningTheClock { harness.api.polls.count >= 9 }
            // The ninth is 80 seconds after the first.
            #expect($0.time.now >= .start + .seconds(80))
        }
    }

    @Test func withoutAShareNobodyIsAskedAfterUntilThereIsOne() async throws {
        let harness = PurgeHarness(pollsPerMinute: 0)
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .following)
            await $0.turnTheClock(by: .seconds(600))
            #expect($0.api.polls.isEmpty)
            $0.pace.set(60)
            await $0.turningTheClock { harness.job()?.phase == .ended }
        }
    }

    @Test func aPurgeSubmittedJustNowIsNotBehindThoseThatWereFound() async throws {
        let ledger = try await ledger(30)
        let harness = PurgeHarness(startingAt: PurgeRecords.now + .seconds(3600), pollsPerMinute: 6)
        try await harness.running(committed: CommittedOffset(35), ledger: ledger) {
            await $0.until { harness.waiting(for: .purgeFollowing) == 30 }
            await $0.turningTheClock { harness.api.polls.count >= 2 }
            $0.api.answerSubmissions(.taken(PurgeTicket(purgeID: "p-new")))
            $0.api.answerPolls(of: "p-new", .success(PurgeReport(status: .completed)))
            $0.push(try PurgeHarness.request("new", offset: 35))
            // It stands in the line before the clock goes on.
            await $0.until { harness.waiting(for: .purgeFollowing) == 31 }
            await $0.turningTheClock { harness.job("new")?.phase == .ended }
            // All 30 others are due, with a place every ten seconds; the clock may run ahead of some of them.
            #expect($0.api.polls.count <= 20)
        }
    }

    @Test func anAPIThatIsDownIsTriedByOneForAll() async throws {
        let ledger = try await ledger(60)
        let harness = PurgeHarness()
        harness.api.answerPolls(.failure(.status(503, .serverError)))
        try await harness.running(ledger: ledger) {
            await $0.turningTheClock { harness.health.faults[.purges] != nil }
            let before = $0.api.polls.count
            #expect(before <= PollLine.mostAtOnce + 1)
            let began = $0.time.now
            await $0.turningTheClock { harness.api.polls.count >= before + 8 }
            #expect($0.api.polls.count - before <= ($0.time.now - began).components.seconds + 1)
            // Nobody ended by it.
            #expect(harness.count(of: .following) == 60)
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock { harness.count(of: .ended) == 60 }
            #expect($0.health.faults[.purges] == nil)
        }
        #expect(harness.lines.messages(with: "purges wait").count == 1)
        #expect(harness.lines.messages(with: "answer again").count == 1)
    }

    @Test func oneJobsOwnFaultHoldsUpNoOther() async throws {
        let ledger = try await ledger(20)
        let harness = PurgeHarness { $0.pollInterval = .seconds(60) }
        // Short, so that none of the others misses its turn by a clock that runs ahead of it.
        let step = Duration.milliseconds(200)
        harness.api.answerPolls(of: "p-20", .failure(.status(500, .serverError)))
        try await harness.running(ledger: ledger) {
            // Told after the third time, and once.
            await $0.turningTheClock(by: step) {
                !harness.lines.messages(with: "cannot be asked after, others can").isEmpty
            }
            #expect($0.api.polls.count { $0 == "poll p-20" } >= 3)
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock(by: step) { harness.count(of: .ended) == 19 }
            $0.api.answerPolls(of: "p-20", nil)
            await $0.turningTheClock(by: step) { harness.count(of: .ended) == 20 }
        }
        #expect(harness.lines.messages(with: "cannot be asked after, others can").count == 1)
        // It never looked like an outage.
        #expect(harness.lines.messages(with: "purges wait").isEmpty)
    }

    @Test func whenTheAPIWantsNoRequestsNobodyAsksAndHealthSaysUntilWhen() async throws {
        let ledger = try await ledger(40)
        let harness = PurgeHarness()
        let wanted = Moment.start + .seconds(1200)
        harness.api.answerPolls(
            .failure(GenesysError(.rateLimited, status: 429, message: "later", retryAt: wanted)))
        try await harness.running(ledger: ledger) {
            await $0.turningTheClock { harness.health.faults[.purges] != nil }
            await $0.settle()
            let before = $0.api.polls.count
            #expect(before <= PollLine.mostAtOnce)
            let until = "\(PurgeRecords.now + .seconds(1200))"
            #expect($0.health.faults[.purges]?.hasSuffix("no requests before \(until)") == true)
            #expect($0.lines.all.contains { $0.metadata["until"] == until })
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            await $0.turningTheClock(by: .seconds(10)) { harness.time.now >= wanted - .seconds(20) }
            await $0.settle()
            #expect($0.api.polls.count == before)
            await $0.turningTheClock { harness.count(of: .ended) == 40 }
            #expect($0.health.faults[.purges] == nil)
        }
    }

    /// A woken job that may not be worked on now loses its place, and no other does.
    @Test func whoIsCalledWhileNobodyKnowsWhetherThisReplicaIsAMemberIsAskedAfterLater() async throws {
        let ledger = try await ledger(40)
        let harness = PurgeHarness()
        harness.api.answerPolls(.success(PurgeReport(status: .completed)))
        try await harness.running(ledger: ledger) {
            await $0.until { harness.waiting(for: .purgeFollowing) == 40 }
            $0.consumer.setAge(.seconds(3600))
            await $0.turningTheClock { harness.waiting(for: .membership) > PollLine.mostAtOnce }
            #expect($0.api.polls.isEmpty)
            $0.consumer.setAge(.zero)
            await $0.turningTheClock { harness.count(of: .ended) == 40 }
        }
    }

    /// The partition goes while a poll is on the wire, and comes back.
    @Test func aPartitionThatComesBackIsFollowedOn() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(try PurgeHarness.request(), try PurgeHarness.request("pr-2", offset: 6))
            await $0.until { harness.count(of: .following) == 2 }
            $0.api.hold(.poll)
            await $0.turningTheClock { harness.api.held(.poll) == 2 }
            let ledger = harness.ledger
            let letGo = await $0.beginRevocation()
            $0.api.letGo(.poll)
            await $0.until { letGo.value == 1 }
            let before = $0.api.polls.count
            await $0.turnTheClock(by: .seconds(600))
            #expect($0.api.polls.count == before)
            $0.api.answerPolls(.success(PurgeReport(status: .completed)))
            $0.consumer.push(.assigned([AssignedPartition(PurgeHarness.partition, committed: CommittedOffset(7))]))
            await $0.reader.begun(2)
            $0.reader.hand(ledger, in: 1)
            $0.reader.end(1)
            await $0.turningTheClock { harness.count(of: .ended) == 2 }
        }
    }
}
