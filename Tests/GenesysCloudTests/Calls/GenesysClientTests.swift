import HTTPClient
import JSON
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite(.timeLimit(.minutes(2))) struct GenesysClientTests {
    private static let contact = #"{"id":"c-1","externalId":"x","unknown":{"n":1.0}}"#

    @Test func aCallCarriesTokenAndDeadlineAndKeepsWhatCameBack() async throws {
        let transport = answering { _, _ in
            .json(201, Self.contact, headers: [HTTPHeader("inin-correlation-id", "k-1")])
        }
        var tally = CallTally()
        let made = try await client(transport).create(
            .contact, JSONValue(parsing: #"{"externalId":"x"}"#), permit: .always, tally: &tally)
        #expect(made.text == Self.contact)
        #expect(tally.requests == 1)
        #expect(tally.correlationID == "k-1")
        let request = try #require(transport.apiRequests.first)
        #expect(request.url == "https://api.example/api/v2/external-contacts/contacts")
        #expect(request.header("Authorization") == "Bearer t1")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.timeout == .seconds(30))
    }

    @Test func aRejectedTokenIsReplacedAndTheCallRepeated() async throws {
        let transport = answering { request, _ in
            request.header("Authorization") == "Bearer t1" ? .json(401, "") : .json(200, Self.contact)
        }
        var tally = CallTally()
        let genesys = client(transport)
        #expect(try await genesys.get(.contact, id: "c-1", tally: &tally)?["id"]?.stringValue == "c-1")
        #expect(tally.requests == 2)
        #expect(transport.tokenRequests.count == 2)
        #expect(genesys.snapshot.token.rejected == 1)
        #expect(
            genesys.snapshot.requests == [
                RequestCount(method: "GET", result: "2xx", count: 1),
                RequestCount(method: "GET", result: "4xx", count: 1),
            ])
    }

    @Test func aSecondRejectionIsAFaultOfTheCredentials() async throws {
        let transport = answering { _, _ in .json(401, #"{"code":"bad.credentials"}"#) }
        let genesys = client(transport)
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.get(.contact, id: "c-1", tally: &tally)
        }
        #expect(error?.kind == .credentialsRefused)
        #expect(error?.code == "bad.credentials")
        #expect(transport.apiRequests.count == 2)
        #expect(transport.tokenRequests.count == 2)
    }

    @Test func sixtyFourCallsWithARevokedTokenFetchOneNewOne() async throws {
        let latch = Latch()
        let transport = answering { request, _ in
            guard request.header("Authorization") == "Bearer t1" else { return .json(200, Self.contact) }
            await latch.wait()
            return .json(401, "")
        }
        var settings = GenesysSettings.sample()
        settings.adaptsToLatency = false
        let genesys = client(transport, settings: settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    var tally = CallTally()
                    _ = try await genesys.get(.contact, id: "c-1", tally: &tally)
                }
            }
            await eventually { transport.apiRequests.count == 64 }
            latch.open()
            try await group.waitForAll()
        }
        #expect(transport.tokenRequests.count == 2)
    }

    @Test func aCallIsMadeAgainWhenTheGateOpens() async throws {
        let time = ManualTime()
        let transport = answering { _, number in
            number == 2 ? .json(429, "", headers: [HTTPHeader("Retry-After", "1")]) : .json(200, #"{"items":[]}"#)
        }
        let genesys = client(transport, time: time)
        async let found: (Bool, Int) = {
            var tally = CallTally()
            return (try await genesys.find(.contact, externalID: "x", tally: &tally) == nil, tally.requests)
        }()
        await time.sleepers()
        #expect(transport.apiRequests.count == 1)
        #expect(genesys.snapshot.gate.closedFor! >= .seconds(1))
        time.advance(by: .seconds(1))
        await time.sleepers()
        time.advance(by: .seconds(1))
        #expect(try await found == (true, 2))
        #expect(genesys.snapshot.gate.limitedCount == 1)
    }

    @Test func aPauseThatIsTooLongIsThrownWithItsEnd() async throws {
        let time = ManualTime()
        let genesys = client(
            answering { _, _ in .json(429, "", headers: [HTTPHeader("Retry-After", "181")]) }, time: time)
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.create(.contact, .object([]), permit: .always, tally: &tally)
        }
        #expect(error?.kind == .rateLimited)
        #expect(error?.operation == .createContact)
        #expect(error?.mayHaveHappened == false)
        #expect(error?.retryAt ?? .start >= .start + .seconds(181))
        #expect(tally.requests == 1)
        #expect(tally.answered == [])
        let second = await failure { () async throws(GenesysError) in
            try await genesys.probe(.organization, tally: &tally)
        }
        #expect(second?.kind == .rateLimited)
        #expect(second?.operation == .readOrganization)
        #expect(second?.retryAt == error?.retryAt)
        #expect(tally.requests == 1)
        guard case .notTaken(let purge) = await genesys.submitPurge(.object([]), permit: .always, tally: &tally) else {
            Issue.record("a purge that was not sent is not taken")
            return
        }
        #expect(purge.kind == .rateLimited)
    }

    @Test func whatAnswersTellOfTheLimitSteersThePace() async throws {
        let time = ManualTime()
        let genesys = client(
            answering { _, _ in
                .json(
                    200, Self.contact,
                    headers: [
                        HTTPHeader("inin-ratelimit-count", "240"), HTTPHeader("inin-ratelimit-allowed", "300"),
                        HTTPHeader("inin-ratelimit-reset", "50"),
                    ])
            }, time: time, settings: .sample(requestsPerMinute: 300))
        var tally = CallTally()
        _ = try await genesys.get(.contact, id: "c", tally: &tally)
        time.advance(by: .milliseconds(100))
        let gate = genesys.snapshot.gate
        #expect(gate.learnedUsed == 240 && gate.learnedLimit == 300 && gate.learnedLimitPerMinute == 300)
        // 60 in 50 seconds are left for all.
        let rate = try #require(gate.effectivePerMinute)
        #expect(rate > 60 && rate < 72)
        let polls = try #require(genesys.pollsPerMinute)
        #expect(abs(polls * 10 - rate) < 0.001)
    }

    @Test func aProbeGoesBeforeWhatWaits() async throws {
        let time = ManualTime()
        let transport = answering { request, _ in
            .json(200, request.url.contains("probe") ? #"{"items":[]}"# : Self.contact)
        }
        let genesys = client(transport, time: time, settings: .sample(requestsPerMinute: 60))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    var tally = CallTally()
                    _ = try await genesys.get(.contact, id: "c-\(number)", tally: &tally)
                }
                await eventually { transport.apiRequests.count + genesys.snapshot.gate.waitingCount == number + 1 }
            }
            group.addTask {
                var tally = CallTally()
                try await genesys.probe(.contact, tally: &tally)
                #expect(tally.answered == APIOperations(.readContact))
            }
            await eventually { genesys.snapshot.gate.waiting[.urgent] == 1 }
            while genesys.snapshot.gate.waitingCount > 0, !Task.isCancelled {
                // Who was let through has sent before the next is.
                let hasSent = transport.apiRequests.count + genesys.snapshot.gate.waitingCount == 5
                if hasSent, time.sleeperCount > 0 { time.advance(by: .milliseconds(250)) }
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(transport.apiRequests[1].url.contains("probe"))
    }

    /// A hung call holds one place until its deadline, a caller that waits for a token holds none.
    @Test func placesAreHeldByRequestsOnly() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (request, _) throws(HTTPError) in
            if request.isForToken { return .token("t") }
            guard request.url.contains("hung") else { return .json(200, Self.contact) }
            await latch.wait()
            throw HTTPError(.timedOut, delivery: .uncertain)
        }
        var settings = GenesysSettings.sample()
        settings.maxInFlight = 1
        let genesys = client(transport, settings: settings)
        async let hung = failure { () async throws(GenesysError) in
            var tally = CallTally()
            _ = try await genesys.get(.contact, id: "hung", tally: &tally)
        }
        await eventually { genesys.snapshot.gate.onWire == 1 }
        async let other: Void = {
            var tally = CallTally()
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }()
        await eventually { genesys.snapshot.gate.waitingCount == 1 }
        latch.open()
        #expect(await hung?.kind == .timedOut)
        try await other
        #expect(genesys.snapshot.gate.onWire == 0)
    }

    @Test func noPlaceIsHeldWhileATokenIsFetched() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { request, _ in
            if request.isForToken { await latch.wait() }
            return request.isForToken ? .token("t") : .json(200, Self.contact)
        }
        let genesys = client(transport)
        async let call: Void = {
            var tally = CallTally()
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }()
        await eventually { transport.tokenRequests.count == 1 }
        #expect(genesys.snapshot.gate.onWire == 0)
        latch.open()
        try await call
    }

    @Test func absenceIsAnAnswerForReadsAndDeletesAndAFaultForWrites() async throws {
        let genesys = client(answering { _, _ in .json(404, "") })
        var tally = CallTally()
        #expect(try await genesys.get(.contact, id: "c-1", tally: &tally) == nil)
        #expect(try await genesys.delete(.contact, id: "c-1", permit: .always, tally: &tally) == false)
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.replace(.contact, id: "c-1", with: .object([]), permit: .always, tally: &tally)
        }
        #expect(error?.kind == .notFound)
    }

    /// A wrong base address answers 404 to everything: to take that for "there is no such contact" would reject a topic.
    @Test func aLookUpThatIsNotFoundItselfIsAFaultOfTheSetUp() async throws {
        let genesys = client(answering { _, _ in .json(404, "") })
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.find(.contact, externalID: "x", tally: &tally)
        }
        #expect(error?.kind == .unreachable)
    }

    @Test(arguments: ["", "not json", "{}", #"{"id":""}"#, "[]"])
    func aSuccessThatCannotBeReadIsAFaultOfTheServer(body: String) async throws {
        let genesys = client(answering { _, _ in .json(200, body) })
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.create(.contact, .object([]), permit: .always, tally: &tally)
        }
        #expect(error?.kind == .serverError)
        #expect(error?.mayHaveHappened == true)
        let read = await failure { () async throws(GenesysError) in
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }
        #expect(read?.kind == .serverError)
        #expect(read?.mayHaveHappened == false)
    }

    @Test func aDeleteNeedsNoBody() async throws {
        let genesys = client(answering { _, _ in HTTPResponse(status: 204) })
        var tally = CallTally()
        #expect(try await genesys.delete(.organization, id: "o", permit: .always, tally: &tally))
    }

    @Test func refusedCredentialsReachTheCallerWithoutARequest() async throws {
        let transport = ScriptedTransport { (_, _) in .json(400, #"{"error":"invalid_client"}"#) }
        let genesys = client(transport)
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }
        #expect(error?.kind == .credentialsRefused)
        #expect(tally.requests == 0)
        #expect(transport.apiRequests.isEmpty)
    }

    @Test func whatWasNotSentIsNotCounted() async throws {
        let genesys = client(
            answering { (_, _) throws(HTTPError) in throw HTTPError(.connectFailed, delivery: .notSent) })
        var tally = CallTally()
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }
        #expect(error?.kind == .unreachable)
        #expect(tally.requests == 0)
    }

    @Test func aTokenThatDiedInTheQueueIsReplacedBeforeTheCall() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (request, number) in
            request.isForToken ? .token("t\(number)", expiresIn: 2) : .json(200, Self.contact)
        }
        let genesys = client(transport, time: time, settings: .sample(requestsPerMinute: 6))
        var tally = CallTally()
        _ = try await genesys.get(.contact, id: "c", tally: &tally)
        async let second: Void = {
            var tally = CallTally()
            _ = try await genesys.get(.contact, id: "c", tally: &tally)
        }()
        // A little more than ten seconds, of which it sleeps one at a time.
        for _ in 0..<11 {
            await time.sleepers()
            time.advance(by: .seconds(1))
        }
        try await second
        #expect(transport.apiRequests.map { $0.header("Authorization") } == ["Bearer t1", "Bearer t3"])
    }

    @Test func aCancelledCallLeavesTheQueue() async throws {
        let time = ManualTime()
        let genesys = client(
            answering { _, _ in .json(200, Self.contact) }, time: time, settings: .sample(requestsPerMinute: 1))
        var tally = CallTally()
        _ = try await genesys.get(.contact, id: "c", tally: &tally)
        let waiting = Task {
            await failure { () async throws(GenesysError) in
                var tally = CallTally()
                _ = try await genesys.get(.contact, id: "c", tally: &tally)
            }
        }
        await time.sleepers()
        waiting.cancel()
        #expect(await waiting.value?.kind == .cancelled)
        #expect(genesys.snapshot.gate.waitingCount == 0)
    }

    @Test func contactDataAndTokensStayOutOfLogsAndDescriptions() async throws {
        let log = RecordingLog()
        let genesys = client(
            answering { _, _ in .json(400, #"{"message":"Jane is no e-mail","code":"invalid.value"}"#) },
            logger: log.logger)
        var tally = CallTally()
        let jane = JSONValue.object([("firstName", .string("Jane"))])
        let error = await failure { () async throws(GenesysError) in
            _ = try await genesys.create(.contact, jane, permit: .always, tally: &tally)
        }
        #expect(error?.description == "invalidRequest of 'create contact' 400 invalid.value")
        #expect(error?.message == "Jane is no e-mail")
        #expect(log.lines.allSatisfy { !$0.contains("Jane") && !$0.contains("t1") && !$0.contains("hush") })
    }
}

private func failure(_ body: () async throws(GenesysError) -> Void) async -> GenesysError? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
