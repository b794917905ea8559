import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct TokenStateTests {
    private let random = SeededRandom(seed: 3)
    private let start = Moment.start

    @Test(
        arguments: [
            // The later of the end less the margin and three quarters of the life.
            (3600, 3540), (240, 180), (100, 75), (40, 30), (4, 3), (1, 1), (0, 1),
        ] as [(Int64, Int64)])
    func refreshesAtTheLaterOfMarginAndThreeQuarters(life: Int64, due: Int64) {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        grant(&state, "t", life: .seconds(life), at: start)
        #expect(!leads(&state, at: start + .seconds(due) - .nanoseconds(1)))
        #expect(leads(&state, at: start + .seconds(due)))
    }

    @Test func withoutALifeATokenIsServedUntilItIsRejected() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        let token = grant(&state, "t", life: nil, at: start)
        let later = start + .seconds(86_400)
        #expect(state.usable(now: later) != nil)
        #expect(leads(&state, at: later))
        #expect(state.rejected(token, now: later, random: random) == .tryAgain)
        #expect(state.usable(now: later) == nil)
    }

    /// An endpoint that gives the same token again with what is left of its life.
    @Test func theSameTokenAgainMakesNoLoop() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        var requests = 0
        var now = start
        while now < start + .seconds(99) {
            if leads(&state, at: now) {
                requests += 1
                let left = Duration.seconds((start + .seconds(100) - now).components.seconds)
                _ = state.finish(.granted(value: "same", life: left), now: now, random: random)
            }
            now = now + .milliseconds(10)
        }
        #expect(requests <= 6)
        #expect(state.usable(now: now)?.number == 1)
    }

    @Test func onlyARejectionOfTheCurrentTokenRefreshes() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        let first = grant(&state, "a", life: .seconds(3600), at: start)
        #expect(state.rejected(first, now: start, random: random) == .tryAgain)
        let second = grant(&state, "b", life: .seconds(3600), at: start)
        state.accepted(second)
        for _ in 0..<63 { #expect(state.rejected(first, now: start, random: random) == .tryAgain) }
        #expect(state.usable(now: start)?.value == "b")
        #expect(state.snapshot(now: start).rejected == 1)
    }

    @Test func twoFreshTokensRejectedInARowAreRefusedCredentials() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        let first = grant(&state, "a", life: .seconds(3600), at: start)
        #expect(state.rejected(first, now: start, random: random) == .tryAgain)
        let second = grant(&state, "b", life: .seconds(3600), at: start)
        #expect(state.rejected(second, now: start, random: random) == .refused)
        guard case .fail(let error) = state.ask(now: start) else {
            Issue.record("asked the endpoint at once")
            return
        }
        #expect(error.kind == .credentialsRefused)
        #expect(leads(&state, at: start + .seconds(2)))
    }

    @Test func tokensRevokedAgainAndAgainAfterUseAreNoFaultOfTheCredentials() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        for round in 0..<20 {
            let token = grant(&state, "t\(round)", life: .seconds(3600), at: start)
            state.accepted(token)
            #expect(state.rejected(token, now: start, random: random) == .tryAgain)
        }
    }

    @Test func aRejectedTokenThatComesAgainIsNotServed() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        let token = grant(&state, "a", life: .seconds(3600), at: start)
        _ = state.rejected(token, now: start, random: random)
        #expect(leads(&state, at: start))
        let finish = state.finish(.granted(value: "a", life: .seconds(3600)), now: start, random: random)
        guard case .fail(let error) = finish.leader else {
            Issue.record("served a rejected token")
            return
        }
        #expect(error.kind == .credentialsRefused)
        #expect(state.usable(now: start) == nil)
    }

    @Test func a429WithoutRetryAfterBacksOffWithJitter() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        #expect(leads(&state, at: start))
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<10 {
            guard case .lead(let next) = state.finish(.limited(retryAfter: nil), now: now, random: random).leader else {
                Issue.record("the leader gave up")
                return
            }
            pauses.append(next - now)
            now = next
        }
        #expect(Set(pauses).count == 10)
        for (index, pause) in pauses.enumerated() { #expect(pause < min(.seconds(1 << index), .seconds(30))) }
        #expect(pauses.max()! > .seconds(5))
    }

    @discardableResult
    private func grant(_ state: inout TokenState, _ value: String, life: Duration?, at now: Moment) -> AccessToken {
        _ = leads(&state, at: now)
        _ = state.finish(.granted(value: value, life: life), now: now, random: random)
        return state.usable(now: now)!
    }

    private func leads(_ state: inout TokenState, at now: Moment) -> Bool {
        if case .lead = state.ask(now: now) { true } else { false }
    }
}
