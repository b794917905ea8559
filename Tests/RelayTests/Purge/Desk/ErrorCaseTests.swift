import GenesysCloud
import HTTPClient
import JSON
import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import Testing
import WorkerPool

@testable import Relay

/// The guide's error cases, each by its name.
@Suite(.timeLimit(.minutes(1))) struct ErrorCaseTests {
    /// A fault of the set-up: the job waits, loses no attempt, the worker says that it is not ready, and all goes on once
    /// it is mended.
    private func waitsForTheSetUp(_ error: GenesysError, atQuota: Bool) async throws {
        let harness = PurgeHarness(retry: RetryPolicy(maxAttempts: 2))
        if atQuota {
            harness.api.answerQuota(.failure(error))
        } else {
            harness.api.answerSubmissions(.notTaken(error))
        }
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { harness.waiting(for: .purgeOutage) == 1 }
            #expect($0.health.faults[.purges]?.contains("\(error.status ?? 0)") == true)
            #expect(!$0.health.isReady)
            // More often than there are attempts.
            await $0.turningTheClock(by: .seconds(5)) {
                harness.api.quotaQuestions >= 6
            }
            #expect($0.outcomes() == ["accepted"])
            #expect($0.lines.messages(with: "purges wait").count == 1)
            harness.api.answerQuota(.success(nil))
            harness.api.answerSubmissions(nil)
            await $0.turningTheClock(by: .seconds(5)) { harness.job()?.phase == .following }
            #expect($0.health.isReady)
            #expect($0.health.faults[.purges] == nil)
        }
        #expect(harness.outcomes() == ["accepted", "submitted"])
        #expect(harness.job()?.attempts == 1)
        #expect(harness.deadLetters.isEmpty)
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_SUBMITTED"])
    }

    @Test(arguments: [true, false]) func unauthorized401(atQuota: Bool) async throws {
        try await waitsForTheSetUp(.status(401, .credentialsRefused), atQuota: atQuota)
    }

    @Test(arguments: [true, false]) func forbidden403(atQuota: Bool) async throws {
        try await waitsForTheSetUp(.status(403, .forbidden), atQuota: atQuota)
    }

    /// Many that wait do not all try what is forbidden.
    @Test func forbidden403IsTriedByOneForAll() async throws {
        let harness = PurgeHarness()
        harness.api.answerQuota(.failure(.status(403, .forbidden)))
        try await harness.running {
            for index in 0..<10 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index))) }
            await $0.until { harness.count(of: .waiting) == 10 && harness.waiting(for: .purgeOutage) > 0 }
            await $0.turnTheClock(by: .seconds(120), in: 120)
            // At most one a second, and with pauses that grow to ten.
            #expect($0.api.quotaQuestions <= 60)
            // One at a time, so that their order shows.
            $0.api.answerQuota(.success(PurgeQuota(remaining: 1)))
            await $0.turningTheClock { harness.count(of: .following) == 10 }
            #expect($0.health.isReady)
        }
        #expect(harness.api.submits == (0..<10).map { "submit pr-\($0)" })
    }

    /// The same where the quota may be asked for, and only the submission is forbidden.
    @Test func forbidden403OfSubmissionsIsTriedByOneForAll() async throws {
        let harness = PurgeHarness()
        harness.api.answerSubmissions(.notTaken(.status(403, .forbidden)))
        try await harness.running {
            for index in 0..<10 { $0.push(try PurgeHarness.request("pr-\(index)", offset: Int64(5 + index))) }
            await $0.until { harness.count(of: .waiting) == 10 && harness.waiting(for: .purgeOutage) > 0 }
            await $0.settle()
            let before = $0.api.submits.count
            let began = $0.time.now
            await $0.turningTheClock { harness.api.submits.count >= before + 10 }
            #expect($0.api.submits.count - before <= ($0.time.now - began).components.seconds + 1)
            #expect($0.health.faults[.purges] != nil)
            $0.api.answerSubmissions(nil)
            await $0.turningTheClock { harness.count(of: .following) == 10 }
            #expect($0.health.isReady)
        }
        for index in 0..<10 { #expect(harness.job("pr-\(index)")?.attempts == 1) }
        #expect(harness.lines.messages(with: "purges wait").count == 1)
    }

    /// Through the real client: the answer's pause is waited for, and the POST sent once more.
    @Test func rateLimited429() async throws {
        let exchange = PurgeExchange()
        let harness = PurgeHarness(calling: { time in
            GenesysClient(
                settings: GenesysSettings(
                    apiURL: "https://api.example/", authURL: "https://login.example", authStyle: .form,
                    clientID: "relay", clientSecret: Secret(value: "hush"), scopes: [], requestsPerMinute: nil),
                transport: exchange, time: time, random: SeededRandom(seed: 1), logger: .disabled)
        })
        try await harness.running {
            $0.push(try PurgeHarness.request())
            await $0.until { exchange.posts == 1 }
            await $0.turnTheClock(by: .seconds(6), in: 12)
            #expect(exchange.posts == 1)
            #expect($0.outcomes() == ["accepted"])
            await $0.turningTheClock { harness.job()?.phase == .following }
            #expect($0.time.now >= .start + .seconds(7))
        }
        #expect(exchange.posts == 2)
        // One purge, and no attempt or intention more for it.
        #expect(exchange.purges == 1)
        #expect(harness.phases() == ["waiting", "submitting", "following"])
        #expect(harness.job()?.attempts == 1 && harness.job()?.requests == 3)
        #expect(harness.outcomes() == ["accepted", "submitted"])
    }

    @Test func badRequest400() async throws {
        let harness = PurgeHarness()
        harness.api.answerSubmissions(.notTaken(.status(400, .invalidRequest)))
        let request = try PurgeHarness.request()
        try await harness.running {
            $0.push(request)
            await $0.waitUntil(is: .ended)
            await $0.turnTheClock(by: .seconds(3600))
        }
        #expect(harness.api.submits.count == 1)
        #expect(harness.outcomes() == ["accepted", "rejected invalidRequest"])
        let reason = try #require(harness.lastOutcome()?["reason"])
        #expect(reason["httpStatus"]?.intValue == 400 && reason["correlationId"]?.stringValue == "c-400")
        #expect(reason["message"]?.stringValue == "the API's own words")
        #expect(harness.lastOutcome()?["attempts"]?.intValue == 1)
        let letter = try #require(harness.deadLetters.first)
        #expect(harness.deadLetters.count == 1)
        #expect(letter.key == request.key && letter.value == request.value)
        #expect(Array(letter.headers.prefix(request.headers.count)) == request.headers)
        let ours = Dictionary(
            uniqueKeysWithValues: letter.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) })
        #expect(ours["relay-dlq-reason"] == "invalidRequest" && ours["relay-dlq-http-status"] == "400")
        #expect(ours["relay-dlq-offset"] == "5" && ours["relay-dlq-timestamp"] == "1790000000000")
        #expect(ours["relay-dlq-message"]?.contains("words") == false)
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_REJECTED invalidRequest"])
        #expect(harness.transactions.last == ["rejected invalidRequest", "job ended", "dlq", "PURGE_REJECTED"])
    }

    @Test func dependencyFailure() async throws {
        let harness = PurgeHarness()
        let marks = [
            mark("softDeleted", "interaction", "i-1"), mark("softDeleted", "interaction", "i-2"),
            mark("softDeleted", "media", "m-1"), mark("softDeleted", "session", "s-1"),
        ]
        try await harness.running(marks: marks) {
            $0.push(
                try PurgeHarness.request(),
                try PurgeHarness.request("pr-2", offset: 6, changes: [("resourceType", #""user""#)]))
            await $0.until { harness.waiting(for: .purgeDependency) == 1 }
            #expect($0.outcomes() == ["accepted", "deferred dependencyViolation"])
            #expect(
                $0.lastOutcome()?["reason"]?["message"]?.stringValue?.hasSuffix(
                    "2 of type interaction, 1 of type media")
                    == true)
            // What depends on nothing is not held up.
            await $0.waitUntil("pr-2", is: .following)
            let following = try await $0.follower.begun()
            following.body([mark("restored", "interaction", "i-1"), mark("restored", "media", "m-1")])
            await $0.settle()
            #expect($0.api.submits == ["submit pr-2"])
            // The last goes, and the purge goes on at once.
            following.body([stateRecord(key: "interaction/i-2", nil)])
            await $0.waitUntil(is: .following)
            #expect($0.time.now == .start)
        }
        #expect(harness.outcomes() == ["accepted", "deferred dependencyViolation", "submitted"])
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_DEFERRED dependencyViolation", "PURGE_SUBMITTED"])
    }

    @Test func dependencyFailureRejectedBySetting() async throws {
        let harness = PurgeHarness { $0.onDependencyViolation = .reject }
        try await harness.running(marks: [mark("softDeleted", "media", "m-1")]) {
            $0.push(try PurgeHarness.request())
            await $0.waitUntil(is: .ended)
        }
        #expect(harness.outcomes() == ["accepted", "rejected dependencyViolation"])
        #expect(harness.lastOutcome()?["attempts"]?.intValue == 0)
        #expect(harness.api.calls.isEmpty)
        #expect(harness.deadLetters.count == 1)
        #expect(harness.audits() == ["PURGE_RECEIVED", "PURGE_REJECTED dependencyViolation"])
    }

    @Test func aRecordThatCannotBeReadIsRejected() async throws {
        let harness = PurgeHarness()
        try await harness.running {
            $0.push(
                KafkaRecord(
                    partition: PurgeHarness.partition, offset: 5, timestamp: 1, key: nil, value: nil, headers: []))
            await $0.until { harness.producer.records(of: "purge-outcomes").count == 1 }
        }
        let outcome = try #require(harness.producer.records(of: "purge-outcomes").compactMap(PurgeHarness.json).first)
        #expect(PurgeHarness.words(outcome) == "rejected malformedEvent")
        #expect(outcome["type"]?.stringValue == "record.outcome")
        #expect(outcome["id"]?.stringValue == "purge-requests/2/5/rejected")
        #expect(harness.consumer.committedOffsets[PurgeHarness.partition] == 6)
        #expect(harness.findings().isIntact && harness.findings().count == 1)
    }
}

/// An API without a quota that answers the first POST with 429, and takes the others.
private final class PurgeExchange: HTTPTransport {
    private let state = Mutex((posts: 0, purges: 0))

    var posts: Int { state.withLock { $0.posts } }
    var purges: Int { state.withLock { $0.purges } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        func answer(_ status: Int, _ text: String, _ headers: [HTTPHeader] = []) -> HTTPResponse {
            HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
        }
        if request.url.contains("/oauth/token") {
            return answer(200, #"{"access_token":"t","expires_in":3600,"token_type":"bearer"}"#)
        }
        if request.url.hasSuffix("/quota") { return answer(404, "") }
        if request.method == "GET" { return answer(200, #"{"purgeId":"p-1","status":"QUEUED","recordsPurged":0}"#) }
        let isFirst = state.withLock { state in
            state.posts += 1
            if state.posts > 1 { state.purges += 1 }
            return state.posts == 1
        }
        if isFirst { return answer(429, "", [HTTPHeader("Retry-After", "7")]) }
        return answer(202, #"{"purgeId":"p-1","status":"QUEUED","estimatedDuration":60,"quotaRemaining":3}"#)
    }
}
