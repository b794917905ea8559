import GenesysCloud
import JSON
import KafkaClient
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct PipelineTests {
    /// No event grows old, however far the clock runs ahead of its attempts.
    private static let ageless = RetryPolicy(maxAge: .seconds(1_000_000))

    @Test(arguments: [true, false]) func aChangeEndsAsOneOutcomeAndItsOffsetIsCommitted(_ usesTransactions: Bool)
        async throws
    {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 41)]))
            await $0.producer.count(1)
        }
        let outcome = try #require(try harness.producer.outcomes().first)
        #expect(outcome["id"]?.stringValue == "contact-changes/0/41")
        #expect(outcome["data"]?["status"]?.stringValue == "applied")
        #expect(outcome["data"]?["attempts"]?.intValue == 1)
        #expect(outcome["data"]?["requests"]?.intValue == 2)
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 42])
        #expect(harness.producer.records(of: "contact-changes.dlq").isEmpty)
    }

    @Test(arguments: [true, false]) func anEventThatCannotBeReadIsRejectedAndItsBytesAreADeadLetter(
        _ usesTransactions: Bool
    ) async throws {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        let value: [UInt8] = [0xFF, 0x00, 0x7B]
        try await harness.running {
            $0.consumer.push(
                .records([
                    KafkaRecord(
                        partition: PipelineHarness.partition, offset: 7, key: nil, value: value,
                        headers: [KafkaHeader("x", nil as [UInt8]?)])
                ]))
            await $0.producer.count(1)
        }
        let outcome = try #require(try harness.producer.outcomes().first)
        #expect(outcome["type"]?.stringValue == "record.outcome")
        #expect(outcome["data"]?["status"]?.stringValue == "rejected")
        let letters = harness.producer.records(of: "contact-changes.dlq")
        #expect(letters.count == 1)
        #expect(letters.first?.value == value)
        #expect(letters.first?.key == nil)
        #expect(letters.first?.headers.first == KafkaHeader("x", nil as [UInt8]?))
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 8])
    }

    @Test(arguments: [true, false]) func noOffsetIsCommittedBeyondAnUnfinishedRecord(_ usesTransactions: Bool)
        async throws
    {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        harness.applier.hold("slow")
        try await harness.running {
            $0.consumer.push(
                .records([PipelineHarness.upsert("slow", offset: 0), PipelineHarness.upsert("quick", offset: 1)]))
            await $0.producer.count(1)
            let harness = $0
            await $0.until { harness.pipeline.status.backlog == 0 }
            #expect(harness.consumer.committedOffsets[PipelineHarness.partition] ?? 0 == 0)
            $0.applier.letGo("slow")
            await $0.producer.count(2)
        }
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test func aFailedAttemptWaitsWithoutATaskAndIsCounted() async throws {
        let fault = GenesysError(.serverError, status: 503, message: "503")
        let harness = PipelineHarness(
            ScriptedApplier { change, earlier in
                change.externalID == "a" && earlier < 2 ? .interrupted(.fault(fault)) : .applied
            }, limits: PoolLimits(maxInFlight: 1, maxBuffered: 10, maxParked: 10), retry: Self.ageless)
        try await harness.running {
            $0.consumer.push(
                .records([
                    PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("a", offset: 1),
                    PipelineHarness.upsert("b", offset: 2),
                ]))
            // The only task is free for b while a waits, and a's second event stays behind its first.
            await $0.producer.count(1)
            #expect($0.applier.log.filter { $0 == "b" }.count == 1)
            let harness = $0
            await $0.turningTheClock { harness.producer.records(of: "contact-outcomes").count == 3 }
        }
        let outcomes = try harness.producer.outcomes()
        #expect(outcomes.map { $0["id"]?.stringValue } == ["2", "0", "1"].map { "contact-changes/0/\($0)" })
        #expect(outcomes[1]["data"]?["attempts"]?.intValue == 3)
        #expect(outcomes[1]["data"]?["requests"]?.intValue == 4)
        #expect(outcomes[2]["data"]?["attempts"]?.intValue == 1)
    }

    @Test func whenAttemptsAreUsedUpTheEventFailsAndTheKeyGoesOn() async throws {
        let fault = GenesysError(.timedOut, message: "no answer")
        let harness = PipelineHarness(
            ScriptedApplier { _, earlier in earlier < 3 ? .interrupted(.fault(fault)) : .applied },
            retry: RetryPolicy(maxAttempts: 3, maxAge: Self.ageless.maxAge))
        try await harness.running {
            $0.consumer.push(
                .records([PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("a", offset: 1)]))
            let harness = $0
            await $0.turningTheClock { harness.producer.records(of: "contact-outcomes").count == 2 }
        }
        let outcomes = try harness.producer.outcomes()
        #expect(outcomes.map { $0["data"]?["status"]?.stringValue } == ["failed", "applied"])
        #expect(outcomes[0]["data"]?["reason"]?["code"]?.stringValue == "timeout")
        #expect(outcomes[0]["data"]?["attempts"]?.intValue == 3)
        #expect(harness.producer.records(of: "contact-changes.dlq").count == 1)
    }

    @Test func aFaultOfTheSetUpPausesTheIntakeAndCostsNoEvent() async throws {
        let forbidden = GenesysError(.forbidden, status: 403, message: "missing permission")
        let harness = PipelineHarness(
            ScriptedApplier { _, earlier in earlier < 3 ? .interrupted(.fault(forbidden)) : .applied })
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            let harness = $0
            for tries in 1...3 {
                await $0.until { harness.applier.log.count == tries && harness.pipeline.status.pool.limit == 0 }
                #expect(harness.consumer.paused == [PipelineHarness.partition])
                #expect(harness.health.faults[.outage] != nil)
                // Far beyond maxAge: an outage ages nothing.
                $0.time.advance(by: .seconds(3600))
                // Whoever tries the API may have begun to wait only now.
                await $0.turningTheClock { harness.applier.log.count > tries }
            }
            await $0.producer.count(1)
            await $0.until { harness.consumer.paused.isEmpty }
            #expect(harness.health.isReady)
            #expect(harness.pipeline.status.pool.limit == 8)
        }
        let outcome = try #require(try harness.producer.outcomes().first)
        #expect(outcome["data"]?["status"]?.stringValue == "applied")
        #expect(outcome["data"]?["attempts"]?.intValue == 1)
        #expect(harness.producer.records(of: "contact-changes.dlq").isEmpty)
    }

    @Test func aDeadLetterThatCannotBeWrittenKeepsItsOffsetUncommitted() async throws {
        let harness = PipelineHarness()
        harness.producer.refuse("contact-changes.dlq", with: KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "none"))
        try await harness.running {
            $0.consumer.push(
                .records([
                    KafkaRecord(partition: PipelineHarness.partition, offset: 0, value: nil),
                    PipelineHarness.upsert("a", offset: 1),
                ]))
            await $0.producer.count(1)
            let harness = $0
            await $0.until { harness.health.faults[.outcomes] != nil }
            // The other passes; the rejected one's outcome waits for its dead letter.
            #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 0])
            #expect(harness.producer.records(of: "contact-outcomes").count == 1)
            $0.producer.refuse("contact-changes.dlq", with: nil)
            await $0.turningTheClock { harness.health.isReady }
        }
        #expect(harness.producer.records(of: "contact-outcomes").count == 2)
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test(arguments: [true, false]) func aRevokedPartitionIsLetGoOnlyWhenWhatRunsIsFinishedAndCommitted(
        _ usesTransactions: Bool
    ) async throws {
        let harness = PipelineHarness(
            limits: PoolLimits(maxInFlight: 1, maxBuffered: 10, maxParked: 10), usesTransactions: usesTransactions)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(
                .records([PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("b", offset: 1)]))
            await $0.applier.arrival(of: "a")
            let harness = $0
            let letGo = harness.consumer.beginRevocation([PipelineHarness.partition])
            await $0.until { harness.pipeline.status.pool.buffered == 1 }
            #expect(harness.pipeline.status.partitions == [PipelineHarness.partition] && letGo.value == 0)
            $0.applier.letGo("a")
            await $0.until { letGo.value == 1 }
            #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 1])
            #expect(harness.applier.log == ["a"])
            // Back again: a new generation, from where the last one ended.
            $0.consumer.push(
                .assigned([AssignedPartition(PipelineHarness.partition)]),
                .records([PipelineHarness.upsert("b", offset: 1)]))
            await $0.producer.count(2)
            // What the applier remembers may be old each time that partitions come.
            #expect($0.applier.hearings == 2)
        }
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test(arguments: [true, false]) func whatIsLostIsDroppedAndNothingOfItIsCommitted(_ usesTransactions: Bool)
        async throws
    {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 5)]))
            await $0.applier.arrival(of: "a")
            let harness = $0
            $0.consumer.push(.lost([PipelineHarness.partition]))
            await $0.until { harness.pipeline.status.partitions.isEmpty }
            $0.applier.letGo("a")
            await $0.until { harness.pipeline.status.pool.running == 0 && harness.pipeline.status.backlog == 0 }
        }
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func aFullPoolPausesThePartitionsAndResumesThem() async throws {
        let harness = PipelineHarness(limits: PoolLimits(maxInFlight: 1, maxBuffered: 4, maxParked: 10))
        harness.applier.hold("k0")
        try await harness.running {
            $0.consumer.push(.records((0..<6).map { PipelineHarness.upsert("k\($0)", offset: Int64($0)) }))
            let harness = $0
            await $0.until { harness.consumer.paused == [PipelineHarness.partition] }
            #expect(harness.pipeline.status.pausedBecause == ["poolFull"])
            $0.applier.letGo("k0")
            await $0.producer.count(6)
            await $0.until { harness.consumer.paused.isEmpty }
        }
    }

    @Test(arguments: [true, false]) func stoppingFinishesWhatRunsAndLeavesTheRest(_ usesTransactions: Bool) async throws
    {
        let lines = LogLines()
        let harness = PipelineHarness(
            limits: PoolLimits(maxInFlight: 1, maxBuffered: 10, maxParked: 10), usesTransactions: usesTransactions,
            logger: lines.logger)
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(
                .records([PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("b", offset: 1)]))
            await $0.applier.arrival(of: "a")
            $0.pipeline.stop()
            await $0.until { !lines.messages(with: "intake stopped").isEmpty }
            $0.applier.letGo("a")
            // Before the harness says stop a second time, which waits for nothing that runs.
            let harness = $0
            await $0.until { harness.consumer.isClosed }
        }
        #expect(harness.applier.log == ["a"])
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 1])
        #expect(harness.producer.records(of: "contact-outcomes").count == 1)
    }

    @Test func aFatalFaultOfTheConsumerEndsTheRun() async throws {
        let harness = PipelineHarness()
        await #expect(throws: KafkaError.self) {
            try await harness.running {
                $0.consumer.push(.error(KafkaError(code: "_FATAL", message: "fenced", isFatal: true)))
            }
        }
    }

    @Test(arguments: [true, false]) func aFailedCommitIsMadeUpFor(_ usesTransactions: Bool) async throws {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        harness.consumer.failNextCommit(KafkaError(code: "REBALANCE_IN_PROGRESS", message: "later", isRetriable: true))
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            let harness = $0
            await $0.turningTheClock { harness.consumer.committedOffsets == [PipelineHarness.partition: 1] }
            #expect(harness.producer.records(of: "contact-outcomes").count == 1)
        }
    }
}

extension PipelineTests {
    @Test func whatStandsBehindAFailingEventKeepsAllItsAttemptsAndTime() async throws {
        let fault = GenesysError(.serverError, status: 503, message: "503")
        // The first event uses up its whole age; the second then fails once and is applied.
        let harness = PipelineHarness(
            ScriptedApplier { _, earlier in earlier < 4 ? .interrupted(.fault(fault)) : .applied },
            retry: RetryPolicy(maxAttempts: 4, maxAge: .seconds(100), baseDelay: .seconds(200), maxDelay: .seconds(200))
        )
        try await harness.running {
            $0.consumer.push(
                .records([PipelineHarness.upsert("a", offset: 0), PipelineHarness.upsert("a", offset: 1)]))
            let harness = $0
            let isReached = { harness.producer.records(of: "contact-outcomes").count >= $0 }
            for count in 1...2 {
                while !isReached(count), !Task.isCancelled {
                    // Only while the lane waits: no event grows old by a clock that turns in the middle of its attempt.
                    await $0.until { isReached(count) || harness.pipeline.status.pool.parked > 0 }
                    $0.time.advance(by: .seconds(1))
                    await turns(20)
                }
                #expect(harness.pipeline.status.pool.limit == 8)
            }
        }
        let outcomes = try harness.producer.outcomes()
        #expect(outcomes.first?["data"]?["status"]?.stringValue == "failed")
        let attempts = try #require(outcomes.last?["data"]?["attempts"]?.intValue)
        let isGivenUpAtOnce = outcomes.last?["data"]?["status"]?.stringValue == "failed" && attempts == 1
        #expect(!isGivenUpAtOnce)
    }

    @Test func aMigrationBeginsWhenWhatTheContactHadBeforeIsCommitted() async throws {
        let harness = PipelineHarness()
        harness.applier.hold("a")
        try await harness.running {
            $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
            await $0.applier.arrival(of: "a")
            $0.producer.failNext(.commit, with: KafkaError(code: "_TIMED_OUT", message: "no", transaction: .abort))
            $0.consumer.push(.records([PipelineHarness.migration("a", offset: 1)]))
            $0.applier.letGo("a")
            let harness = $0
            await $0.until { harness.producer.calls.contains(.abort) }
            await turns(200)
            #expect($0.applier.log == ["a"])
            await $0.turningTheClock { harness.applier.log.count == 2 }
            #expect($0.producer.records(of: "contact-outcomes").count >= 1)
        }
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test(arguments: [true, false]) func aClusterThatDoesNotAllowOutcomesEndsTheRun(usesTransactions: Bool) async throws
    {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        let refusal = KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no")
        harness.producer.refuse("contact-outcomes", with: refusal)
        let error = await thrownError(KafkaError.self) {
            try await harness.running {
                $0.consumer.push(.records([PipelineHarness.upsert("a", offset: 0)]))
                let harness = $0
                await $0.until { harness.consumer.isClosed }
            }
        }
        #expect(error?.isRefusal == true)
        #expect(harness.consumer.committedOffsets.isEmpty)
    }

    @Test func deadLettersThatAreNotAllowedHoldUpNothingElse() async throws {
        let harness = PipelineHarness()
        let refusal = KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no")
        harness.producer.refuse("contact-changes.dlq", with: refusal)
        try await harness.running {
            $0.consumer.push(
                .records([
                    KafkaRecord(partition: PipelineHarness.partition, offset: 0, value: nil),
                    PipelineHarness.upsert("a", offset: 1),
                ]))
            await $0.producer.count(1)
            let harness = $0
            await $0.until { harness.health.faults[.outcomes] != nil }
            $0.producer.refuse("contact-changes.dlq", with: nil)
            await $0.turningTheClock { harness.producer.records(of: "contact-changes.dlq").count == 1 }
        }
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 2])
    }

    @Test func aMemberWithoutPartitionsIsReady() async throws {
        let harness = PipelineHarness()
        try await harness.running {
            $0.consumer.push(.lost([PipelineHarness.partition]), .assigned([]))
            let harness = $0
            await $0.until { harness.health.isReady }
        }
    }
}

extension PipelineTests {
    @Test(arguments: [true, false]) func aDeadLetterThatIsTooLargeForItsTopicIsWrittenWithLessInIt(
        _ usesTransactions: Bool
    ) async throws {
        let harness = PipelineHarness(usesTransactions: usesTransactions)
        harness.producer.limitValues(of: "contact-changes.dlq", to: 100)
        try await harness.running {
            $0.consumer.push(
                .records([
                    KafkaRecord(
                        partition: PipelineHarness.partition, offset: 0, key: [1],
                        value: [UInt8](repeating: 0x41, count: 200))
                ]))
            let harness = $0
            await $0.turningTheClock { !harness.producer.records(of: "contact-changes.dlq").isEmpty }
        }
        let letter = try #require(harness.producer.records(of: "contact-changes.dlq").first)
        #expect(letter.value == nil && letter.key == [1])
        #expect(letter.headers.contains(KafkaHeader("relay-dlq-truncated", "message,value")))
        #expect(harness.producer.records(of: "contact-outcomes").count == 1)
        #expect(harness.consumer.committedOffsets == [PipelineHarness.partition: 1])
    }
}
