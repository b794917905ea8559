import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The real applier in the pipeline.
@Suite(.timeLimit(.minutes(2))) struct ApplierPipelineTests {
    private struct Line {
        let consumer = ScriptedConsumer()
        let producer: RecordingProducer
        let time = ManualTime(passingOver: .milliseconds(50))
        let api: InMemoryGenesys
        let pipeline: Pipeline

        init(
            _ directory: InMemoryDirectory = .standard, limits: PoolLimits = PipelineSettings().limits,
            retry: RetryPolicy = RetryPolicy(), deletions recorded: [ProducerRecord] = []
        ) {
            api = InMemoryGenesys(directory)
            producer = RecordingProducer(committingTo: consumer)
            let random = SeededRandom(seed: 1)
            let deletions = DeletionMemory(time: time, logger: .disabled)
            let applier = ResourceApplier(api: api, deletions: deletions, time: time, random: random)
            pipeline = Pipeline(
                settings: PipelineSettings(
                    commitPace: CommitPace(interval: .milliseconds(20)), limits: limits, retry: retry),
                consumer: consumer, producer: producer,
                applier: applier, watch: applier.watch, states: [deletions],
                stateReader: RecordedState(records: recorded), time: time, random: random, health: HealthBoard(),
                registry: MetricsRegistry(), logger: .disabled)
        }

        func running(_ body: (Line) async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pipeline.run() }
                consumer.push(.assigned([AssignedPartition(PipelineHarness.partition)]))
                try await body(self)
                pipeline.stop()
                for try await _ in group {}
            }
        }

        /// Status and action of each outcome, by offset.
        func words() throws -> [Int64: String] {
            var words: [Int64: String] = [:]
            for outcome in try producer.outcomes() {
                let data = outcome["data"]
                let reason = data?["reason"]?["code"]?.stringValue
                words[data?["record"]?["offset"]?.intValue ?? -1] = [
                    data?["action"]?.stringValue ?? data?["status"]?.stringValue, reason,
                ].compactMap { $0 }.joined(separator: " ")
            }
            return words
        }
    }

    private static func record(
        _ type: String, _ data: String, key: String, offset: Int64, sequence: String? = nil
    ) -> KafkaRecord {
        let order = sequence.map { #""sequence":"\#($0)","# } ?? ""
        let text =
            #"{"specversion":"1.0","id":"e-\#(offset)","source":"/crm","type":"\#(type)",\#(order)"data":\#(data)}"#
        return KafkaRecord(
            partition: PipelineHarness.partition, offset: offset, timestamp: 1, key: Array(key.utf8),
            value: Array(text.utf8), headers: [KafkaHeader("content-type", "application/cloudevents+json")])
    }

    private static func upsert(_ name: String, _ patch: String, in organization: String, offset: Int64) -> KafkaRecord {
        record(
            "contact.upserted",
            #"{"externalId":"\#(name)","organization":{"externalId":"\#(organization)"},"contact":\#(patch)}"#,
            key: name, offset: offset)
    }

    @Test func twoThousandWaitingContactsDoNotKeepTheirOrganizationsEventFromBeingRead() async throws {
        // Fewer may be buffered than wait.
        let line = Line(limits: PoolLimits(maxInFlight: 16, maxBuffered: 500, maxParked: 10_000))
        try await line.running { line in
            for start in stride(from: 0, to: 2000, by: 250) {
                line.consumer.push(
                    .records((start..<start + 250).map { Self.upsert("c\($0)", "{}", in: "late", offset: Int64($0)) }))
            }
            // Who waits does not fill the pool.
            while line.pipeline.status.pool.parked < 2000 || !line.consumer.paused.isEmpty, !Task.isCancelled {
                // A look at the whole pool is dear: not at every turn.
                await turns(500)
            }
            #expect(line.api.log.filter { $0.type == .organization }.count == 1)
            line.consumer.push(
                .records([
                    Self.record(
                        "organization.created", #"{"externalId":"late","organization":{"name":"L"}}"#, key: "late",
                        offset: 2000)
                ]))
            await line.producer.count(2001)
        }
        let words = try line.words()
        #expect(words.values.allSatisfy { $0 == "created" })
        #expect(line.api.directory.contacts.count == 2000)
        #expect(line.api.log.filter { $0.type == .organization }.count == 3)
    }

    @Test func whoWaitsTooLongFailsWithoutAnAttempt() async throws {
        let line = Line(retry: RetryPolicy(maxAge: .seconds(60)))
        try await line.running { line in
            line.consumer.push(
                .records([
                    Self.upsert("a", "{}", in: "never", offset: 0), Self.upsert("b", "{}", in: "acme", offset: 1),
                ]))
            await line.producer.count(1)
            while line.producer.records(of: "contact-outcomes").count < 2, !Task.isCancelled {
                line.time.advance(by: .seconds(1))
                await turns(20)
            }
        }
        #expect(try line.words() == [0: "failed organizationNotFound", 1: "created"])
        #expect(line.producer.records(of: "contact-changes.dlq").count == 1)
        let outcome = try #require(try line.producer.outcomes().last)
        #expect(outcome["data"]?["durationMs"]?.intValue ?? 0 >= 60_000)
        #expect(outcome["data"]?["attempts"]?.intValue == 0)
    }

    /// As long as nobody can tell whether it is there.
    @Test func whoWaitsDoesNotGrowOldWhileLookUpsFail() async throws {
        let line = Line(retry: RetryPolicy(maxAge: .seconds(60)))
        try await line.running { line in
            line.consumer.push(.records([Self.upsert("a", "{}", in: "late", offset: 0)]))
            while line.pipeline.status.pool.parked < 1, !Task.isCancelled { await Task.yield() }
            let failures = Counter()
            line.api.inject { call, _ in
                guard call.type == .organization else { return nil }
                _ = failures.next()
                return .refused(.unavailable)
            }
            // In short steps: it must not grow too old before the watch has its turn.
            while failures.current == 0, !Task.isCancelled {
                line.time.advance(by: .milliseconds(5))
                await turns(20)
            }
            // Nearly all of the time that it has.
            line.time.advance(by: .seconds(50))
            line.api.inject(nil)
            while line.producer.records(of: "contact-outcomes").isEmpty, !Task.isCancelled {
                line.time.advance(by: .milliseconds(100))
                await turns(20)
            }
            #expect(line.time.now - .start >= .seconds(110))
        }
        #expect(try line.words() == [0: "failed organizationNotFound"])
    }

    @Test func anOrganizationMadeBySomebodyElseIsNoticed() async throws {
        let line = Line()
        try await line.running { line in
            line.consumer.push(.records([Self.upsert("a", "{}", in: "late", offset: 0)]))
            while line.pipeline.status.pool.parked < 1, !Task.isCancelled { await Task.yield() }
            line.api.change { $0.put(.organization, "org-l", #"{"externalId":"late"}"#) }
            while line.producer.records(of: "contact-outcomes").isEmpty, !Task.isCancelled {
                line.time.advance(by: .milliseconds(100))
                await turns(20)
            }
        }
        #expect(try line.words() == [0: "created"])
        // By looking for it, long before the waiting ends. How much of the clock is turned meanwhile is the machine's matter.
        #expect(line.time.now - .start < .seconds(600))
    }

    /// A move in the middle of neighbours: what is before and after it is carried apart.
    @Test func aFoldNeverCrossesAMove() async throws {
        let line = Line(.withContact())
        let other = #"{"externalId":"x","organization":{"externalId":"other"}}"#
        try await line.running { line in
            line.consumer.push(
                .records([
                    Self.upsert("x", #"{"n":1}"#, in: "acme", offset: 0),
                    Self.upsert("x", #"{"n":2}"#, in: "acme", offset: 1),
                    Self.record("contact.migrated", other, key: "x", offset: 2),
                    Self.upsert("x", #"{"n":3}"#, in: "acme", offset: 3),
                    Self.upsert("x", #"{"n":4}"#, in: "acme", offset: 4),
                    Self.record("contact.deleted", #"{"externalId":"x"}"#, key: "x", offset: 5),
                    Self.record("contact.migrated", other, key: "x", offset: 6),
                    Self.upsert("x", #"{"n":5}"#, in: "acme", offset: 7),
                ]))
            await line.producer.count(8)
        }
        #expect(
            try line.words() == [
                0: "updated", 1: "updated", 2: "migrated", 3: "updated", 4: "updated", 5: "deleted",
                6: "rejected notFound", 7: "created",
            ])
        let carriers = try line.producer.outcomes().map { $0["data"]?["coalescedInto"]?.stringValue }
        #expect(carriers == ["e-1", nil, nil, "e-5", "e-5", nil, nil, nil])
        #expect(line.api.directory.contacts.values.map { $0["n"]?.intValue } == [5])
    }

    @Test func theNextOwnerOfThePartitionKnowsWhoWasDeleted() async throws {
        let first = Line(.withContact())
        try await first.running { line in
            line.consumer.push(
                .records([
                    // By Genesys id alone; its key is the external id.
                    Self.record("com.acme.contact.deleted", #"{"id":"c-x"}"#, key: "x", offset: 0, sequence: "7"),
                    Self.record("contact.deleted", #"{"id":"c-y"}"#, key: "y", offset: 1, sequence: "7"),
                ]))
            await line.producer.count(2)
        }
        let records = first.producer.records(of: "contact-deletions")
        #expect(records.map(\.partition) == [PipelineHarness.partition.partition, PipelineHarness.partition.partition])
        #expect(Set(records.compactMap(\.key)) == [Array("x".utf8), Array("y".utf8)])
        let value = try JSONValue(parsing: records.first { $0.key == Array("x".utf8) }?.value ?? [])
        #expect(value["event"]?["id"]?.stringValue == "e-0")
        #expect(value["event"]?["type"]?.stringValue == "com.acme.contact.deleted")

        let next = Line(deletions: records)
        let acme = #""organization":{"externalId":"acme"},"contact":{}"#
        try await next.running { line in
            line.consumer.push(
                .records([
                    Self.record(
                        "contact.upserted", #"{"externalId":"x",\#(acme)}"#, key: "x", offset: 0, sequence: "6"),
                    Self.record("contact.created", #"{"externalId":"y",\#(acme)}"#, key: "y", offset: 1, sequence: "6"),
                    Self.record("contact.created", #"{"externalId":"z",\#(acme)}"#, key: "z", offset: 2, sequence: "6"),
                ]))
            await line.producer.count(3)
        }
        #expect(try next.words() == [0: "superseded staleSequence", 1: "superseded staleSequence", 2: "created"])
    }

    /// Aim: under 0.3 requests per event on a backlog whose keys follow Zipf's law.
    @Test func aBacklogOfNeighboursCostsFewRequests() async throws {
        let isLong = ApplyModelTests.isLong
        let events = isLong ? 20_000 : 2000
        let line = Line()
        line.api.pause { _ in for _ in 0..<(isLong ? 400 : 20) { await Task.yield() } }
        let random = SeededRandom(seed: 7)
        var limits: [Double] = []
        for rank in 1...1000 { limits.append((limits.last ?? 0) + 1 / Double(rank)) }
        let total = limits.last ?? 1
        var records: [KafkaRecord] = []
        for offset in 0..<events {
            let draw = Double(random.next() >> 11) / Double(1 << 53) * total
            let key = limits.firstIndex { draw < $0 } ?? 0
            records.append(Self.upsert("c\(key)", #"{"n":\#(offset)}"#, in: "acme", offset: Int64(offset)))
        }
        try await line.running { [records] line in
            var next = 0
            while next < records.count, !Task.isCancelled {
                if line.consumer.paused.isEmpty {
                    line.consumer.push(.records(Array(records[next..<min(next + 500, records.count)])))
                    next += 500
                }
                await turns(5)
            }
            await line.producer.count(records.count)
        }
        let perEvent = Double(line.api.log.count) / Double(events)
        if isLong { print("\(events) events, Zipf s = 1 over 1,000 keys: \(perEvent) requests per event") }
        // A short backlog meets many of its keys for the first time.
        #expect(perEvent < (isLong ? 0.3 : 1))
        let reported = try line.producer.outcomes().reduce(0) { $0 + Int($1["data"]?["requests"]?.intValue ?? 0) }
        #expect(reported == line.api.log.count)
    }
}
