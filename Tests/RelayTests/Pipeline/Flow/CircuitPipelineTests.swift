import GenesysCloud
import KafkaClient
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// What an outage does to events, and what an event of its own does to none but itself.
@Suite(.timeLimit(.minutes(2))) struct CircuitPipelineTests {
    private static let noWrites: @Sendable (InMemoryGenesys.LoggedCall, Int) -> InMemoryGenesys.Fault? = { call, _ in
        call.isWrite ? .refused(.forbidden()) : nil
    }

    /// Everything fails so for ten minutes; then all of it is applied, at the first attempt that counts.
    private func outage(
        lanes: Int, named sentence: String, seconds: Int64 = 600,
        _ fault: @escaping @Sendable (InMemoryGenesys.LoggedCall, Int) -> InMemoryGenesys.Fault?
    ) async throws {
        let line = CircuitLine()
        line.api.inject(fault)
        try await line.running { line in
            line.push(Array(0..<lanes))
            await Self.begun(lanes, line)
            await line.turningTheClock { line.isPaused }
            #expect(line.status.phase != .closed && line.status.openedBy != nil)
            #expect(line.health.faults[.outage]?.contains(sentence) == true, "\(line.health.faults)")
            let callsBefore = line.api.log.count
            let start = line.time.now
            await line.turningTheClock { line.time.now - start >= .seconds(seconds) }
            #expect(line.isPaused && line.outcomeCount == 0)
            // One read a second at most, and after an answered one a single event: of two or three calls.
            #expect(line.api.log.count - callsBefore <= Int(seconds) * 4)
            line.api.inject(nil)
            await line.turningTheClock { line.outcomeCount == lanes }
            await line.until { line.health.isReady && !line.isPaused }
            #expect(line.status.phase == .closed)
        }
        #expect(line.deadLetters.isEmpty)
        #expect(try Set(line.outcomes().values) == ["applied 1"])
        #expect(try line.outcomes().count == lanes)
    }

    /// Waits, before the clock is turned, until all lanes have begun or need not: an outage begins with the first failure
    /// of who finds it, and what another has met earlier by a turn of the clock would count.
    private static func begun(_ lanes: Int, _ line: CircuitLine) async {
        await line.until {
            let lookUps = line.api.log.filter { $0.verb == .find && $0.name != "contact-relay:probe" }
            return line.isPaused || Set(lookUps.map(\.name)).count == lanes
        }
    }

    @Test func aScopeThatOnlyReadsOpensItByItsLanesAndCostsNoEvent() async throws {
        try await outage(lanes: 6, named: "forbids the call (forbidden of 'replace contact' 403", Self.noWrites)
    }

    @Test func aLicenceThatIsGoneOpensItByARead() async throws {
        try await outage(lanes: 1, named: "forbids the call (forbidden of 'read contact' 403") { _, _ in
            .refused(.forbidden())
        }
    }

    @Test(arguments: [1, 6]) func aRefusedTokenCostsNoEvent(_ lanes: Int) async throws {
        try await outage(lanes: lanes, named: "refuses the credentials") { _, _ in .refused(.tokenRefused) }
    }

    @Test(arguments: [1, 6]) func aRefusedConnectionCostsNoEvent(_ lanes: Int) async throws {
        try await outage(lanes: lanes, named: "cannot be reached") { _, _ in .refused(.unreachable) }
    }

    /// With two lanes no rate tells it: the read does, before the first event would be given up.
    @Test(arguments: [1, 2, 25]) func anAPIThatFailsCostsNoEvent(_ lanes: Int) async throws {
        try await outage(lanes: lanes, named: "fails or does not answer in time") { _, _ in .refused(.failing) }
    }

    @Test func anAPIThatFailsForLongerThanAnEventMayGrowOldCostsNoEvent() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 1000, maxAge: .seconds(30)))
        line.api.inject { _, _ in .refused(.failing) }
        try await line.running { line in
            line.push([0, 1])
            await Self.begun(2, line)
            await line.turningTheClock { line.isPaused }
            let start = line.time.now
            await line.turningTheClock { line.time.now - start >= .seconds(120) }
            line.api.inject(nil)
            await line.turningTheClock { line.outcomeCount == 2 }
        }
        #expect(try Set(line.outcomes().values) == ["applied 1"])
    }

    @Test func oneEventWhoseWritesFailIsGivenUpAfterAReadEachFiveSecondsAtMost() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 4, baseDelay: .seconds(1), maxDelay: .seconds(1)))
        line.api.inject { call, _ in
            call.isWrite && ["id-0", "id-1", "id-2"].contains(call.name) ? .refused(.failing) : nil
        }
        try await line.running { line in
            line.push([0, 1, 2])
            await line.turningTheClock {
                #expect(!line.isPaused)
                return line.outcomeCount == 3
            }
        }
        #expect(try Set(line.outcomes().values) == ["failed serverError 4"])
        #expect(line.deadLetters.count == 3)
        #expect(line.api.writes.count == 12)
        let reads = line.api.log.count { $0.name == "contact-relay:probe" }
        // One for all three, unless the clock ran ahead and their ends lie further apart than a verdict holds.
        #expect((1...3).contains(reads))
    }

    @Test func whatFailsOnceMoreAfterAnOutageHasAllItsAttempts() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 3))
        line.api.inject { _, _ in .refused(.failing) }
        try await line.running { line in
            line.push([0])
            await line.turningTheClock { line.isPaused }
            line.api.clearLog()
            line.api.inject { call, _ in call.isWrite ? .refused(.failing) : nil }
            await line.turningTheClock { line.outcomeCount == 1 }
        }
        #expect(try line.outcomes() == [0: "failed serverError 3"])
        // One shows, alone let through, that it fails still; the next is the first of its own.
        #expect(line.api.writes.count == 4)
    }

    @Test func twoLanesThatMayNotWriteFailForThemselvesAndOthersGoOn() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 3))
        line.api.inject { call, _ in
            call.isWrite && ["id-0", "id-1"].contains(call.name) ? .refused(.forbidden()) : nil
        }
        try await line.running { line in
            line.push(Array(0..<2))
            await line.turningTheClock { line.outcomeCount == 2 }
            line.push(Array(2..<9), from: 2)
            await line.turningTheClock { line.outcomeCount == 9 }
            #expect(line.health.isReady && !line.isPaused)
        }
        let outcomes = try line.outcomes()
        #expect(outcomes[0] == "failed forbidden 3" && outcomes[1] == "failed forbidden 3")
        #expect((2..<9).allSatisfy { outcomes[$0] == "applied 1" }, "\(outcomes)")
        #expect(line.deadLetters.count == 2)
        let attempts = line.deadLetters.map { letter in
            letter.headers.first { $0.name == "relay-dlq-attempts" }.flatMap { $0.value }
        }
        #expect(attempts.allSatisfy { $0 == Array("3".utf8) })
        // Never was anybody held up.
        #expect(line.lines.messages(with: "intake paused").isEmpty)
    }

    @Test(arguments: [GenesysError.forbidden(), .failing]) func oneEventThatFailsAmongHealthyOnesIsADeadLetterAlone(
        _ fault: GenesysError
    ) async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 4))
        line.api.inject { call, _ in call.isWrite && call.name == "id-3" ? .refused(fault) : nil }
        try await line.running { line in
            line.push(Array(0..<20))
            await line.turningTheClock {
                #expect(!line.isPaused)
                return line.outcomeCount == 20
            }
            #expect(line.health.isReady)
        }
        let outcomes = try line.outcomes()
        #expect(outcomes[3] == "failed \(fault.kind == .forbidden ? "forbidden" : "serverError") 4")
        #expect(outcomes.filter { $0.value == "applied 1" }.count == 19)
        #expect(line.deadLetters.count == 1)
    }

    @Test func halfOfTheAnswersFailingCostsNoEventItsAttempts() async throws {
        let line = CircuitLine(contacts: 300)
        let chance = SeededRandom(seed: 7)
        line.api.inject { _, _ in chance.below(2) == 0 ? .refused(.failing) : nil }
        try await line.running { line in
            line.push(Array(0..<300))
            // Before the clock is turned, which may run ahead of the attempts.
            await line.until { !line.lines.messages(with: "intake paused").isEmpty }
            let start = line.time.now
            await line.turningTheClock(by: .milliseconds(100)) { line.time.now - start >= .seconds(20) }
            line.api.inject(nil)
            await line.turningTheClock { line.outcomeCount == 300 }
            await line.until { line.health.isReady }
        }
        #expect(line.deadLetters.isEmpty)
        #expect(try line.outcomes().values.allSatisfy { $0.hasPrefix("applied") })
    }

    @Test func aPoisonEventThatIsThereDuringAnOutageFailsAloneAfterIt() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 3))
        let poisoned: @Sendable (InMemoryGenesys.LoggedCall, Int) -> InMemoryGenesys.Fault? = { call, _ in
            call.isWrite && call.name == "id-0" ? .refused(.forbidden()) : nil
        }
        line.api.inject(Self.noWrites)
        try await line.running { line in
            line.push(Array(0..<8))
            await line.turningTheClock { line.isPaused }
            let start = line.time.now
            await line.turningTheClock { line.time.now - start >= .seconds(60) }
            #expect(line.outcomeCount == 0)
            line.api.inject(poisoned)
            await line.turningTheClock { line.outcomeCount == 8 }
            #expect(!line.isPaused)
        }
        let outcomes = try line.outcomes()
        #expect(outcomes[0] == "failed forbidden 3")
        #expect(outcomes.filter { $0.value == "applied 1" }.count == 7)
        #expect(line.deadLetters.count == 1)
    }

    @Test func aPoisonEventThatIsAloneDoesNotKeepTheIntakePaused() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 3))
        line.api.inject { _, _ in .refused(.forbidden()) }
        try await line.running { line in
            line.push([0])
            await line.turningTheClock { line.isPaused }
            line.api.inject { call, _ in call.isWrite && call.name == "id-0" ? .refused(.forbidden()) : nil }
            await line.turningTheClock { line.outcomeCount == 1 }
            await line.until { !line.isPaused }
            line.push([1], from: 1)
            await line.turningTheClock { line.outcomeCount == 2 && line.health.isReady }
        }
        #expect(try line.outcomes() == [0: "failed forbidden 3", 1: "applied 1"])
    }

    @Test func withNothingLeftToTryItWithTheAnsweredReadMakesItReady() async throws {
        let line = CircuitLine()
        line.api.inject { _, _ in .refused(.tokenRefused) }
        try await line.running { line in
            line.push([0])
            await line.turningTheClock { line.isPaused }
            line.consumer.push(.lost([PipelineHarness.partition]))
            await line.until { line.pipeline.status.partitions.isEmpty }
            line.api.inject(nil)
            // It is told last.
            await line.turningTheClock { !line.lines.messages(with: "the API answers again").isEmpty }
            #expect(line.health.faults[.outage] == nil && !line.isPaused && line.status.phase == .closed)
            #expect(line.lines.messages(with: "the API answers again").count == 1)
        }
    }

    @Test func attemptsThatFailedBeforeItOpenedAreExcused() async throws {
        // With three attempts each, all would be lost: four lanes are judged by reads, the fifth makes it an outage.
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 3, baseDelay: .seconds(4), maxDelay: .seconds(4)))
        line.api.inject(Self.noWrites)
        try await line.running { line in
            line.push(Array(0..<4))
            // Each has been tried, and was told by a read that the fault is its own. The clock stands still, so that none
            // has used up its attempts when the fifth comes.
            await line.until { line.pipeline.status.pool.parkedLanes[.backOff] == 4 }
            #expect(!line.isPaused)
            line.push([4], from: 4)
            await line.until { line.isPaused }
            line.api.inject(nil)
            await line.turningTheClock { line.outcomeCount == 5 }
        }
        #expect(
            try line.outcomes() == [0: "applied 1", 1: "applied 1", 2: "applied 1", 3: "applied 1", 4: "applied 1"])
    }

    @Test func aLongDeferralPausesTheIntakeAndSaysUntilWhen() async throws {
        let line = CircuitLine()
        let retryAt = line.time.now + .seconds(1800)
        line.api.inject { [time = line.time] _, _ in
            time.now < retryAt ? .refused(.deferred(until: retryAt)) : nil
        }
        try await line.running { line in
            line.push(Array(0..<10))
            await line.until { line.isPaused }
            let end = WallTime(milliseconds: 1_790_000_000_000) + .seconds(1800)
            #expect(line.health.faults[.outage]?.contains("wants no requests until \(end)") == true)
            await line.until { line.pipeline.status.pool.running == 0 }
            let calls = line.api.log.count
            await line.turningTheClock(by: .seconds(1)) { line.time.now >= retryAt - .seconds(1) }
            #expect(line.api.log.count == calls && line.outcomeCount == 0)
            await line.turningTheClock { line.outcomeCount == 10 }
            await line.until { line.health.isReady }
        }
        #expect(try Set(line.outcomes().values) == ["applied 1"])
        #expect(line.deadLetters.isEmpty)
    }

    /// Nobody waits for the API's moment: what is asked back, and what is left at the end, goes at once.
    @Test func inTheMiddleOfALongDeferralPartitionsAreLetGoAndTheWorkerEnds() async throws {
        let line = CircuitLine()
        let other = TopicPartition("contact-changes", 1)
        let retryAt = line.time.now + .seconds(1800)
        line.api.inject { _, _ in .refused(.deferred(until: retryAt)) }
        try await line.running { line in
            line.consumer.push(.assigned([AssignedPartition(other)]))
            line.push(Array(0..<10))
            await line.until { line.isPaused }
            await line.consumer.revoke([other]) {}
            #expect(line.pipeline.status.partitions == [PipelineHarness.partition])
            line.consumer.push(.assigned([AssignedPartition(other)]))
            await line.until { line.pipeline.status.partitions.count == 2 }
            // What comes anew waits, too.
            await line.until { line.consumer.paused.contains(other) }
            #expect(line.isPaused)
        }
        #expect(line.time.now < retryAt - .seconds(1700))
        #expect(line.outcomeCount == 0 && line.api.log.count <= 10)
    }

    @Test func laneThatWaitsForAReadIsLetGoWithItsPartition() async throws {
        let line = CircuitLine()
        line.api.inject { call, _ in call.isWrite ? .refused(.forbidden()) : nil }
        line.api.pause { [time = line.time] call in
            if call.name == "contact-relay:probe" { try? await time.sleep(for: .seconds(300)) }
        }
        try await line.running { line in
            line.push([0])
            await line.until { line.pipeline.status.pool.parkedLanes[.verdict] == 1 }
            await line.consumer.revoke([PipelineHarness.partition]) {}
            #expect(line.pipeline.status.pool.lanes == 0)
        }
        #expect(line.outcomeCount == 0)
    }

    @Test func whileReadsDecideNothingNoAttemptCounts() async throws {
        let line = CircuitLine(retry: RetryPolicy(maxAttempts: 2))
        // The look-up of the probe fails; the event's own calls are refused.
        line.api.inject { call, _ in
            call.name == "contact-relay:probe" ? .refused(.failing) : .refused(.tokenRefused)
        }
        try await line.running { line in
            line.push([0])
            await line.turningTheClock { line.api.log.count >= 30 }
            #expect(!line.isPaused && line.outcomeCount == 0)
            line.api.inject(nil)
            await line.turningTheClock { line.outcomeCount == 1 }
        }
        // A read that is answered after all may have been asked about the last of them.
        #expect(try ["applied 1", "applied 2"].contains(line.outcomes()[0]))
    }

    @Test func aDeferralMetByTheWatchForOrganizationsIsNotAskedForAgainAndAgain() async throws {
        let line = CircuitLine()
        try await line.running { line in
            line.consumer.push(.records([Self.creation("new", in: "late", offset: 0)]))
            await line.until { line.pipeline.status.pool.parked == 1 }
            let retryAt = line.time.now + .seconds(600)
            line.api.inject { [time = line.time] _, _ in
                time.now < retryAt ? .refused(.deferred(until: retryAt)) : nil
            }
            let calls = line.api.log.count
            await line.turningTheClock { line.isPaused }
            await line.turningTheClock { line.time.now >= retryAt - .seconds(1) }
            // The watch's look-up, and the event's own.
            #expect(line.api.log.count - calls <= 3)
            line.api.inject(nil)
            line.api.change { $0.put(.organization, "org-l", #"{"externalId":"late","name":"L"}"#) }
            await line.turningTheClock { line.outcomeCount == 1 }
        }
        #expect(try line.outcomes() == [0: "applied 1"])
    }

    private static func creation(_ name: String, in organization: String, offset: Int64) -> KafkaRecord {
        let text = """
            {"specversion":"1.0","id":"e-\(offset)","source":"/crm","type":"contact.upserted","data":\
            {"externalId":"\(name)","organization":{"externalId":"\(organization)"},"contact":{"firstName":"Ada"}}}
            """
        return KafkaRecord(
            partition: PipelineHarness.partition, offset: offset, timestamp: 1, key: Array(name.utf8),
            value: Array(text.utf8), headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }
}
