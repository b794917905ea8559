import HTTPClient
import Seams
import Synchronization
import TestSupport
import Testing

@testable import GenesysCloud

/// Tokens while `TokenProvider.run()` runs.
@Suite(.timeLimit(.minutes(2))) struct TokenRefresherTests {
    @Test func aCallerThatFindsItDueIsServedAtOnceAndTheRefresherFetches() async throws {
        let time = ManualTime()
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            if number == 2 { await latch.wait() }
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: time)
        try await tended(tokens) { () async throws in
            #expect(try await tokens.token().value == "t1")
            time.advance(by: .seconds(3540))
            // None of them waits for the answer, which does not come.
            for _ in 0..<50 { #expect(try await tokens.token().value == "t1") }
            await eventually { transport.requests.count == 2 }
            for _ in 0..<50 { #expect(try await tokens.token().value == "t1") }
            latch.open()
            await eventually { tokens.snapshot.granted == 2 }
            #expect(try await tokens.token().value == "t2")
        }
        #expect(transport.requests.count == 2)
    }

    @Test func nothingIsFetchedWhileThereAreNoCalls() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in .token("t\(number)") }
        let tokens = provider(transport, time: time)
        try await tended(tokens) { () async throws in
            _ = try await tokens.token()
            time.advance(by: .seconds(100_000))
            await turns(100)
            #expect(transport.requests.count == 1)
            #expect(time.sleeperCount == 0)
            #expect(try await tokens.token().value == "t2")
        }
    }

    @Test func withoutALivingTokenAllWaitForTheOneFetch() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            await latch.wait()
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        try await tended(tokens) { () async throws in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<100 { group.addTask { try await tokens.token().value } }
                await eventually { tokens.snapshot.waiting == 100 }
                latch.open()
                for try await value in group { #expect(value == "t1") }
            }
        }
        #expect(transport.requests.count == 1)
    }

    /// No caller's end breaks the fetch off: it is none of theirs.
    @Test func cancelledCallersLeaveTheFetchAlone() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            await latch.wait()
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        try await tended(tokens) { () async throws in
            let first = Task { await failure(of: tokens)?.kind }
            await eventually { transport.requests.count == 1 }
            async let second = tokens.token().value
            await eventually { tokens.snapshot.waiting == 2 }
            first.cancel()
            #expect(await first.value == .cancelled)
            latch.open()
            #expect(try await second == "t1")
        }
        #expect(transport.requests.count == 1)
    }

    @Test func aFailureIsTheWaitersAndStandsDuringTheBackOff() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in number == 1 ? .json(503, "") : .token("t\(number)") }
        let tokens = provider(transport, time: time)
        try await tended(tokens) { () async throws in
            for _ in 0..<20 { #expect(await failure(of: tokens)?.kind == .unreachable) }
            #expect(transport.requests.count == 1)
            time.advance(by: .seconds(1))
            #expect(try await tokens.token().value == "t2")
        }
    }

    /// Without a refresher a caller's request goes to its end, which may be behind its task's: never two at once.
    @Test func aCallersRequestIsNotBrokenOffAndTheRefreshersIs() async throws {
        let latch = Latch()
        let transport = ScriptedTransport { (_, number) in
            if number == 1 { await latch.wait() }
            return .token("t\(number)")
        }
        let time = ManualTime()
        let tokens = provider(transport, time: time)
        let first = Task { try? await tokens.token().value }
        await eventually { transport.requests.count == 1 }
        async let second = tokens.token().value
        await eventually { tokens.snapshot.waiting == 1 }
        first.cancel()
        latch.open()
        #expect(try await second == "t1")
        #expect(await first.value == "t1")
        try await tended(tokens) { () async throws in
            time.advance(by: .seconds(3600))
            #expect(try await tokens.token().value == "t2")
        }
        #expect(transport.requests.map(\.endsWithTask) == [false, true])
    }

    @Test func itWaitsOutAShortLimitOfTheEndpoint() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in
            number == 1 ? .json(429, "", headers: [HTTPHeader("Retry-After", "20")]) : .token("t\(number)")
        }
        let tokens = provider(transport, time: time)
        try await tended(tokens) { () async throws in
            async let value = tokens.token().value
            await time.sleepers()
            time.advance(by: .seconds(22))
            #expect(try await value == "t2")
        }
    }

    @Test func beyondTheLongestWaitNobodyIsHeld() async throws {
        let time = ManualTime()
        let transport = ScriptedTransport { (_, number) in
            number == 1 ? .json(429, "", headers: [HTTPHeader("Retry-After", "600")]) : .token("t\(number)")
        }
        let tokens = provider(transport, time: time)
        try await tended(tokens) { () async throws in
            let error = await failure(of: tokens)
            #expect(error?.kind == .rateLimited)
            let retryAt = try #require(error?.retryAt)
            #expect(retryAt >= .start + .seconds(600))
            time.advance(by: .seconds(599))
            #expect(await failure(of: tokens)?.retryAt == retryAt)
            #expect(time.sleeperCount == 0)
            #expect(transport.requests.count == 1)
            time.advance(by: retryAt - time.now)
            #expect(try await tokens.token().value == "t2")
        }
    }

    @Test func whenItEndsUnderWayTheWaitersFetchThemselves() async throws {
        let transport = ScriptedTransport { (_, number) throws(HTTPError) in
            if number == 1 {
                while !Task.isCancelled { await Task.yield() }
                throw HTTPError(.cancelled, delivery: .uncertain)
            }
            return .token("t\(number)")
        }
        let tokens = provider(transport, time: ManualTime())
        let refresher = Task { await tokens.run() }
        async let first = tokens.token().value
        async let second = tokens.token().value
        await eventually { transport.requests.count == 1 && tokens.snapshot.waiting == 2 }
        refresher.cancel()
        #expect(try await [first, second] == ["t2", "t2"])
        await refresher.value
    }

    @Test func aSecondRunReturnsAtOnceAndAnEndedOneCanBeFollowed() async throws {
        let transport = ScriptedTransport { (_, number) in .token("t\(number)", expiresIn: 10) }
        let time = ManualTime()
        let tokens = provider(transport, time: time)
        for _ in 0..<2 {
            try await tended(tokens) { () async throws in
                _ = try await tokens.token()
                await tokens.run()
            }
            time.advance(by: .seconds(10))
        }
        #expect(try await tokens.token().value == "t3")
    }

    @Test func everyTokenRevokedAtOnceTwentyTimesIsOneFetchEach() async throws {
        let transport = ScriptedTransport { (_, number) in .token("t\(number)") }
        let tokens = provider(transport, time: ManualTime())
        try await tended(tokens) { () async throws in
            for round in 1...20 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<64 {
                        group.addTask {
                            let token = try await tokens.token()
                            tokens.accepted(token)
                            guard token.number == round else { return }
                            #expect(tokens.rejected(token) == .tryAgain)
                            #expect(try await tokens.token().number == round + 1)
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(transport.requests.count == round + 1)
            }
        }
    }

    /// Two seconds of life, 300 ms for an answer, at most 40 requests a minute: 64 callers, 100 s.
    @Test(arguments: [true, false])
    func aShortLifeAndASlowLimitedEndpointFailNobody(isTended: Bool) async throws {
        let time = ManualTime()
        let endpoint = Endpoint(time: time)
        let tokens = provider(ScriptedTransport { (_, _) in await endpoint.answer() }, time: time)
        let served = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if isTended { group.addTask { await tokens.run() } }
            for _ in 0..<64 {
                group.addTask {
                    while !Task.isCancelled {
                        do throws(GenesysError) {
                            let token = try await tokens.token()
                            #expect(endpoint.lives(token))
                        } catch {
                            if error.kind == .cancelled { return }
                            throw error
                        }
                        served.next()
                        try? await time.sleep(for: .milliseconds(50))
                    }
                }
            }
            for _ in 0..<1300 {
                // All callers stand, at the clock or in line; what was granted has arrived; and where a request is due or
                // somebody is in line for it, it is under way.
                await eventually {
                    // In this order nobody is counted twice: who was in line goes to sleep.
                    let sleeping = time.sleeperCount
                    let snapshot = tokens.snapshot
                    let underway = endpoint.underway
                    return sleeping + snapshot.waiting - (isTended ? underway : 0) >= 64
                        && snapshot.granted == endpoint.granted
                        && (underway == 1 || snapshot.waiting == 0 && !endpoint.isRefreshDue)
                }
                time.advance(by: .milliseconds(50))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(endpoint.most == 1)
        #expect(endpoint.refused == 0)
        #expect(served.value > 64 * 600)
    }
}

/// A token endpoint that counts.
private final class Endpoint: Sendable {
    private struct State {
        var underway = 0
        var most = 0
        var refused = 0
        var grants: [Moment] = []
        var deaths: [String: Moment] = [:]
    }

    private let state = Mutex(State())
    private let time: ManualTime

    init(time: ManualTime) {
        self.time = time
    }

    var underway: Int { state.withLock { $0.underway } }
    var most: Int { state.withLock { $0.most } }
    var refused: Int { state.withLock { $0.refused } }
    var granted: Int { state.withLock { $0.grants.count } }

    /// Whether three quarters of the newest token's life are over.
    var isRefreshDue: Bool {
        let now = time.now
        return state.withLock { $0.grants.last.map { now >= $0 + .milliseconds(1500) } ?? true }
    }

    func lives(_ token: AccessToken) -> Bool {
        let now = time.now
        return state.withLock { $0.deaths[token.value].map { now < $0 } ?? false }
    }

    func answer() async -> HTTPResponse {
        let isRefused = state.withLock { state in
            state.underway += 1
            state.most = max(state.most, state.underway)
            return state.grants.count { $0 + .seconds(60) > time.now } >= 40
        }
        try? await time.sleep(for: .milliseconds(300))
        return state.withLock { state in
            state.underway -= 1
            if isRefused {
                state.refused += 1
                return .json(429, "")
            }
            state.grants.append(time.now)
            let value = "t\(state.grants.count)"
            state.deaths[value] = time.now + .seconds(2)
            return .token(value, expiresIn: 2)
        }
    }
}

/// Runs `body` beside the refresher.
private func tended(_ tokens: TokenProvider, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await tokens.run() }
        await eventually { tokens.isTended }
        try await body()
        group.cancelAll()
    }
}

private func failure(of tokens: TokenProvider) async -> GenesysError? {
    await thrownError(GenesysError.self) { try await tokens.token() }
}
