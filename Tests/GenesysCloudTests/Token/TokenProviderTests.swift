import HTTPClient
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite(.timeLimit(.minutes(2))) struct TokenProviderTests {
    /// The guides' token storm: many workers see no token, all ask for one, the endpoint answers 429.
    @Test func fiveHundredConcurrentCallersMakeOneRequest() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            await latch.wait()
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        let values = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<500 { group.addTask { try await tokens.token().value } }
            await eventually { tokens.snapshot.waiting == 499 }
            latch.open()
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(values == Array(repeating: "t1", count: 500))
        #expect(transport.requests.count == 1)
        #expect(try await tokens.token().value == "t1")
        #expect(transport.requests.count == 1)
    }

    @Test func aFailedRequestFailsAllItsWaitersAndIsNotRepeatedAtOnce() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, _) in
            await latch.wait()
            return .json(503, "")
        }
        let tokens = provider(transport, time: ManualTime())
        let kinds = await withTaskGroup(of: GenesysError.Kind?.self) { group in
            for _ in 0..<100 { group.addTask { await failure(of: tokens)?.kind } }
            await eventually { tokens.snapshot.waiting == 99 }
            latch.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds == Array(repeating: .unreachable, count: 100))
        for _ in 0..<100 { #expect(await failure(of: tokens)?.status == 503) }
        #expect(transport.requests.count == 1)
    }

    /// A thousand callers in each of 120 seconds of outage: a handful of requests, with growing pauses.
    @Test func aStormOnAFailingEndpointIsLimited() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, _) throws(HTTPError) in
            throw HTTPError(.connectFailed, delivery: .notSent)
        }
        let tokens = provider(transport, time: time)
        for _ in 0..<1200 {
            for _ in 0..<20 { #expect(await failure(of: tokens)?.kind == .unreachable) }
            time.advance(by: .milliseconds(100))
        }
        #expect((5...25).contains(transport.requests.count))
    }

    @Test func aCancelledLeaderHandsTheFlightToAWaiter() async throws {
        let transport = ScriptedTransport { (_, number) throws(HTTPError) in
            if number == 1 {
                while !Task.isCancelled { await Task.yield() }
                throw HTTPError(.cancelled, delivery: .uncertain)
            }
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        let leader = Task { await failure(of: tokens)?.kind }
        await eventually { transport.requests.count == 1 }
        async let first = tokens.token().value
        async let second = tokens.token().value
        await eventually { tokens.snapshot.waiting == 2 }
        leader.cancel()
        #expect(await leader.value == .cancelled)
        #expect(try await [first, second] == ["t2", "t2"])
        #expect(transport.requests.count == 2)
    }

    @Test func aCancelledWaiterLeavesTheFlightAlone() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            await latch.wait()
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        async let leader = tokens.token().value
        await eventually { transport.requests.count == 1 }
        let waiter = Task { await failure(of: tokens)?.kind }
        await eventually { tokens.snapshot.waiting == 1 }
        waiter.cancel()
        #expect(await waiter.value == .cancelled)
        #expect(tokens.snapshot.waiting == 0)
        latch.open()
        #expect(try await leader == "t1")
    }

    @Test func aRefreshAheadServesTheOldTokenToEverybodyElse() async throws {
        let time = ManualTime()
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            if number == 2 { await latch.wait() }
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: time)
        #expect(try await tokens.token().value == "t1")
        time.advance(by: .seconds(3539))
        #expect(try await tokens.token().value == "t1")
        #expect(transport.requests.count == 1)
        time.advance(by: .seconds(2))
        async let refreshing = tokens.token().value
        await eventually { transport.requests.count == 2 }
        for _ in 0..<50 { #expect(try await tokens.token().value == "t1") }
        latch.open()
        #expect(try await refreshing == "t2")
        #expect(try await tokens.token().value == "t2")
        #expect(transport.requests.count == 2)
    }

    @Test func aFailedRefreshAheadGoesOnServingTheOldToken() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in number == 1 ? .token("t1") : .json(500, "") }
        let tokens = provider(transport, time: time)
        _ = try await tokens.token()
        time.advance(by: .seconds(3541))
        for _ in 0..<58 {
            #expect(try await tokens.token().value == "t1")
            time.advance(by: .seconds(1))
        }
        #expect((3...20).contains(transport.requests.count))
        time.advance(by: .seconds(2))
        #expect(await failure(of: tokens)?.kind == .unreachable)
    }

    /// The guides' clock skew: the server's clock or a step of ours must not make a dead token look alive.
    @Test func lifeCountsOnTheMonotonicClockFromTheAnswersArrival() async throws {
        let time = ManualTime(wallOrigin: WallTime(milliseconds: 0))
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            if number == 1 { await latch.wait() }
            return HTTPResponse(
                status: 200, headers: [HTTPHeader("Date", "Fri, 01 Jan 2038 00:00:00 GMT")],
                body: HTTPResponse.token("t\(number)", expiresIn: 100).body)
        }
        let tokens = provider(transport, time: time)
        async let first = tokens.token().value
        await eventually { transport.requests.count == 1 }
        time.advance(by: .seconds(20))
        latch.open()
        #expect(try await first == "t1")
        #expect(tokens.snapshot.remainingLife == .seconds(100))
        time.advance(by: .seconds(100))
        #expect(tokens.usable() == nil)
        #expect(try await tokens.token().value == "t2")
    }

    @Test func theEndpointsOwnRetryAfterIsWaitedFor() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in
            number == 1 ? .json(429, "", headers: [HTTPHeader("retry-after", "7")]) : .token("t\(number)")
        }
        let tokens = provider(transport, time: time)
        async let first = tokens.token().value
        await time.sleepers()
        async let second = tokens.token().value
        await eventually { tokens.snapshot.waiting == 1 }
        let deadline = try #require(time.nextDeadline)
        #expect(deadline >= .start + .seconds(7))
        #expect(deadline < .start + .milliseconds(7700))
        time.advance(by: deadline - time.now)
        #expect(try await [first, second] == ["t2", "t2"])
        #expect(tokens.snapshot.limited == 1)
    }

    @Test func theSecretIsReadForEachRequest() async throws {
        let reads = Counter()
        let secret = Secret { () throws(SecretError) in "s\(reads.next())" }
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in .token("t\(number)", expiresIn: 10) }
        let tokens = provider(transport, time: time, settings: .sample(secret: secret))
        _ = try await tokens.token()
        time.advance(by: .seconds(20))
        _ = try await tokens.token()
        #expect(transport.requests.map { $0.bodyText.contains("client_secret=s1") } == [true, false])
        #expect(transport.requests.last?.bodyText.contains("client_secret=s2") == true)
    }

    @Test func anUnreadableSecretIsAFaultOfTheCredentialsAndSendsNothing() async {
        let transport = ScriptedTransport { (_, _) in .token("t") }
        let tokens = provider(
            transport, time: ManualTime(), settings: .sample(secret: Secret(file: "/nowhere/secret")))
        #expect(await failure(of: tokens)?.kind == .credentialsRefused)
        #expect(transport.requests.isEmpty)
    }

    @Test func nothingSecretIsLogged() async throws {
        let log = RecordingLog()
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in
            number == 1 ? .token("bearer-value") : .json(401, #"{"error":"invalid_client","error_description":"hush"}"#)
        }
        let tokens = provider(transport, time: time, logger: log.logger)
        let token = try await tokens.token()
        _ = tokens.rejected(token)
        let error = await failure(of: tokens)
        #expect(error?.code == "invalid_client")
        #expect(log.lines.count == 3)
        #expect(log.lines.allSatisfy { !$0.contains("hush") && !$0.contains("bearer-value") })
    }
}

private func failure(of tokens: TokenProvider) async -> GenesysError? {
    do {
        _ = try await tokens.token()
        return nil
    } catch {
        return error
    }
}
