import JSON
import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

/// Every field of a job comes back from the ledger.
@Suite(.timeLimit(.minutes(1))) struct PurgeJobLedgerTests {
    /// Makes jobs of which each optional field is there or not, by chance.
    private struct Maker {
        let random: SeededRandom

        func maybe<Value>(_ make: () -> Value) -> Value? { random.below(2) == 0 ? nil : make() }

        func text() -> String {
            let pieces = ["a", "Ä", "\"", "\\", "\u{0}", "\u{2028}", "😀", " ", "/", "\n", "0"]
            return (0..<random.below(12)).map { _ in pieces[random.below(pieces.count)] }.joined()
        }

        func bytes() -> [UInt8] { (0..<random.below(40)).map { _ in UInt8(random.below(256)) } }
        func number() -> Int64 { Int64(random.below(1 << 40)) - (1 << 39) }
        func time() -> WallTime { WallTime(milliseconds: Int64(random.below(4_000_000_000_000))) }
        func one<Value>(_ all: [Value]) -> Value { all[random.below(all.count)] }

        func origin() -> PurgeOrigin {
            PurgeOrigin(
                RecordCoordinates(
                    topic: "purge-requests", partition: Int32(random.below(1000)), offset: Int64(random.below(1 << 50)),
                    timestamp: maybe { Int64(random.below(1 << 41)) }, key: Array(text().utf8)),
                EventAttributes(
                    id: maybe(text), source: maybe(text), type: maybe(text), subject: maybe(text),
                    sequence: maybe(text), traceparent: maybe(text)))
        }

        func job() -> PurgeJob {
            var job = PurgeJob(
                requestID: "pr-" + text(), phase: one(PurgeJob.Phase.allCases),
                status: one(PurgeOutcome.Status.allCases), resourceType: text(), purgeReason: text(),
                contentDigest: text(), receivedAt: time(), updatedAt: time(), origin: origin())
            job.reason = maybe {
                Reason(
                    ReasonCode(rawValue: "code"), message: text(), safeMessage: text(),
                    httpStatus: maybe { random.below(600) }, correlationID: maybe(text))
            }
            job.requestedBy = maybe(text)
            job.submission = maybe { JSONValue.object([("resourceType", .string(text())), ("n", .number(number()))]) }
            job.windowStart = maybe(time)
            job.windowEnd = maybe(time)
            job.webhookURL = maybe(text)
            job.submittedAt = maybe(time)
            job.retryAt = maybe(time)
            job.purgeID = maybe(text)
            job.estimatedSeconds = maybe(number)
            job.quotaRemaining = maybe(number)
            job.recordsPurged = maybe(number)
            job.attempts = random.below(100)
            job.requests = random.below(100)
            job.original = maybe {
                OriginalRecord(
                    value: maybe(bytes),
                    headers: (0..<random.below(4)).map { _ in KafkaHeader(text(), maybe(bytes)) })
            }
            for status in PurgeOutcome.Status.allCases where random.below(2) == 0 {
                job.outcomeCounts[status.rawValue] = 1 + random.below(9)
            }
            job.repeats = (0..<random.below(4)).map { _ in origin() }
            job.webhook = maybe {
                WebhookDelivery(
                    message: WebhookMessage(id: text(), url: text(), body: Array(text().utf8)),
                    state: one(WebhookDelivery.State.allCases), since: time())
            }
            return job
        }
    }

    @Test func everyFieldComesBack() throws {
        let maker = Maker(random: SeededRandom(seed: 20))
        for _ in 0..<500 {
            let job = maker.job()
            let read = try #require(PurgeJob(ledgerValue: job.ledgerValue))
            #expect(read.requestID == job.requestID && read.phase == job.phase && read.status == job.status)
            #expect(read.reason == job.reason)
            #expect(read.resourceType == job.resourceType && read.purgeReason == job.purgeReason)
            #expect(read.requestedBy == job.requestedBy && read.contentDigest == job.contentDigest)
            #expect(read.submission?.bytes == job.submission?.bytes)
            #expect(read.windowStart == job.windowStart && read.windowEnd == job.windowEnd)
            #expect(read.webhookURL == job.webhookURL && read.webhook == job.webhook)
            #expect(read.receivedAt == job.receivedAt && read.updatedAt == job.updatedAt)
            #expect(read.submittedAt == job.submittedAt && read.retryAt == job.retryAt)
            #expect(read.purgeID == job.purgeID && read.estimatedSeconds == job.estimatedSeconds)
            #expect(read.quotaRemaining == job.quotaRemaining && read.recordsPurged == job.recordsPurged)
            #expect(read.attempts == job.attempts && read.requests == job.requests)
            #expect(read.origin == job.origin && read.original == job.original)
            #expect(read.outcomeCounts == job.outcomeCounts && read.repeats == job.repeats)
            // By which the job's own equality tells them apart.
            #expect(read == job)
        }
    }

    @Test(arguments: [
        "requestId", "phase", "status", "resourceType", "purgeReason", "contentDigest", "receivedAt", "updatedAt",
        "origin",
    ])
    func withoutWhatEveryJobHasItIsNone(_ member: String) throws {
        var json = try JSONValue(parsing: Maker(random: SeededRandom(seed: 1)).job().ledgerValue)
        json.remove(member)
        #expect(PurgeJob(ledgerValue: json.bytes) == nil)
    }

    @Test func aLaterVersionsMembersDoNotTroubleTheReader() throws {
        let job = Maker(random: SeededRandom(seed: 2)).job()
        var json = try JSONValue(parsing: job.ledgerValue)
        json.set("later", to: .string("x"))
        #expect(PurgeJob(ledgerValue: json.bytes) == job)
        json.set("phase", to: .string("paused"))
        #expect(PurgeJob(ledgerValue: json.bytes) == nil)
    }

    @Test func theRecordGoesToTheRequestsPartitionUnderItsId() {
        let job = Maker(random: SeededRandom(seed: 3)).job()
        let record = job.ledgerRecord(topic: "purge-jobs")
        #expect(record.topic == "purge-jobs" && record.partition == job.origin.record.partition)
        #expect(record.key == Array(job.requestID.utf8))
    }
}
