import GenesysCloud
import JSON
import KafkaClient
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// What happens to a desk at its edges: records that do not fit, faults that nobody takes back, ends that came unseen.
@Suite(.timeLimit(.minutes(1))) struct DeskEdgeTests {
    private func request(_ changes: [(member: String, json: String?)] = []) throws -> KafkaRecord {
        PurgeRecords.record(data: try PurgeRecords.data(changes))
    }

    @Test func aRequestThatTheLedgerHasNoRoomForIsRejectedAndHoldsUpNobody() async throws {
        let bench = DeskBench(AnsweringPurgeAPI())
        bench.producer.limitValues(of: "purge-jobs", to: 3000)
        let codes = (0..<200).map { "\"code-\($0)\"" }.joined(separator: ",")
        let large = try request([("filters", "{\"wrapupCodes\":[\(codes)]}")])
        let other = try request([("requestId", "\"pr-2\"")])
        try await bench.running {
            bench.take(large)
            await bench.turningTheClock { !bench.producer.records(of: "purge-requests.dlq").isEmpty }
            #expect(bench.job == nil)
            let outcomes = bench.producer.records(of: "purge-outcomes").compactMap {
                $0.value.flatMap { try? JSONValue(parsing: $0) }
            }
            #expect(outcomes.map { $0["data"]?["status"]?.stringValue } == ["rejected"])
            #expect(outcomes.first?["data"]?["reason"]?["code"]?.stringValue == "invalidData")
            var next = other
            next.offset = 6
            next.key = Array("pr-2".utf8)
            bench.take(next)
            await bench.turningTheClock {
                bench.desk.book.job(PurgeKey(partition: DeskBench.partition, requestID: "pr-2"))?.phase == .following
            }
        }
    }

    @Test func aFaultOfTheAPIGoesWithTheLastWhoHadIt() async throws {
        let api = AnsweringPurgeAPI(
            AnsweringPurgeAPI.Answers(
                quota: { () async throws(GenesysError) in
                    throw GenesysError(.serverError, status: 500, message: "no")
                }))
        let bench = DeskBench(api)
        let record = try request([("executionWindow", #"{"end":"2026-11-22T10:05:00Z"}"#)])
        try await bench.running {
            bench.take(record)
            await bench.until { bench.health.faults[.purges] != nil }
            await bench.turningTheClock { bench.job?.phase == .ended }
            await bench.until { bench.health.faults[.purges] == nil }
            #expect(bench.job?.reason?.code == .windowClosed)
        }
    }

    @Test func anEndThatCameWhileNobodyCouldAskIsNoTimeOut() async throws {
        let record = try request()
        let decoded = PurgeRecords.decode(record)
        guard case .requested(let request) = try decoded.content.get() else { return }
        var job = PurgeJob(
            request, origin: PurgeLetter(record, decoded).origin, original: OriginalRecord(record),
            at: PurgeRecords.now + .seconds(-9 * 86_400))
        job.phase = .following
        job.status = .running
        job.purgeID = "p-1"
        job.submittedAt = job.receivedAt
        let ledgerRecord = KafkaRecord(
            partition: TopicPartition("purge-jobs", 2), offset: 0, key: Array("pr-1".utf8), value: job.ledgerValue)
        for (status, isCompleted) in [(PurgeStatus.completed, true), (.running, false)] {
            let bench = DeskBench(
                AnsweringPurgeAPI(
                    AnsweringPurgeAPI.Answers(
                        report: { () async throws(GenesysError) in PurgeReport(status: status, recordsPurged: 7) })))
            bench.desk.book.restore([ledgerRecord], to: DeskBench.partition)
            try await bench.running {
                await bench.turningTheClock { bench.job?.phase == .ended }
                #expect(bench.job?.status == (isCompleted ? .completed : .failed))
                #expect(bench.job?.reason?.code == (isCompleted ? nil : .timeout))
            }
        }
    }
}
