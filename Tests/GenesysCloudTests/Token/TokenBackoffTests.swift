import HTTPClient
import Seams
import TestSupport
import Testing

@testable import GenesysCloud

/// What a token endpoint that does not want or cannot means for the callers.
@Suite struct TokenBackoffTests {
    private let random = SeededRandom(seed: 4)
    private let start = Moment.start

    @Test func beyondTheLongestWaitCallersAreToldUntilWhen() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        _ = state.ask(now: start)
        state.enlist(7)
        let finish = state.finish(.limited(retryAfter: .seconds(600)), now: start, random: random)
        #expect(error(of: finish.leader)?.kind == .rateLimited)
        #expect(finish.woken.map(\.id) == [7])
        #expect(error(of: finish.woken.first?.step)?.kind == .rateLimited)
        let retryAt = error(of: finish.leader)!.retryAt!
        #expect(retryAt >= start + .seconds(600))
        #expect(retryAt <= start + .seconds(605))
        #expect(error(of: state.ask(now: retryAt - .nanoseconds(1)))?.retryAt == retryAt)
        guard case .lead(let moment) = state.ask(now: retryAt) else {
            Issue.record("nobody asks again")
            return
        }
        #expect(moment == retryAt)
    }

    @Test func upToTheLongestWaitTheyWait() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        _ = state.ask(now: start)
        let finish = state.finish(.limited(retryAfter: .seconds(170)), now: start, random: random)
        guard case .lead(let moment) = finish.leader else {
            Issue.record("the leader gave up")
            return
        }
        #expect(moment >= start + .seconds(170))
        #expect(finish.woken.isEmpty)
        guard case .wait = state.ask(now: start + .seconds(100)) else {
            Issue.record("a second leader")
            return
        }
    }

    /// Whoever has a living token goes on with it, however long the endpoint wants nothing.
    @Test func aLivingTokenIsServedMeanwhile() {
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        _ = state.ask(now: start)
        _ = state.finish(.granted(value: "a", life: .seconds(3600)), now: start, random: random)
        let due = start + .seconds(3540)
        guard case .lead = state.ask(now: due) else {
            Issue.record("not due")
            return
        }
        let finish = state.finish(.limited(retryAfter: .seconds(1000)), now: due, random: random)
        #expect(token(of: finish.leader) == "a")
        #expect(token(of: state.ask(now: due + .seconds(59))) == "a")
        #expect(error(of: state.ask(now: due + .seconds(60)))?.kind == .rateLimited)
    }

    @Test func aFailuresRetryAfterIsHonouredToo() {
        let response = HTTPResponse(status: 503, headers: [HTTPHeader("Retry-After", "40")])
        let answer = TokenAnswer(.success(response), wallTime: WallTime(milliseconds: 0))
        var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
        _ = state.ask(now: start)
        #expect(error(of: state.finish(answer, now: start, random: random).leader)?.kind == .unreachable)
        #expect(error(of: state.ask(now: start + .milliseconds(39_999)))?.kind == .unreachable)
        guard case .lead = state.ask(now: start + .seconds(44)) else {
            Issue.record("nobody asks again")
            return
        }
    }

    @Test func anHTTPDateIsHonoured() {
        let response = HTTPResponse(
            status: 429,
            headers: [
                HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                HTTPHeader("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"),
            ])
        guard case .limited(let pause) = TokenAnswer(.success(response), wallTime: WallTime(milliseconds: 0)) else {
            Issue.record("no limit")
            return
        }
        #expect(pause == .seconds(30))
    }

    /// Replicas that were told the same come back at different moments.
    @Test func whatTheEndpointAsksForIsSpread() {
        var moments: Set<Moment> = []
        for seed in 0..<20 as Range<UInt64> {
            var state = TokenState(margin: .seconds(60), longestWait: .seconds(180))
            _ = state.ask(now: start)
            let finish = state.finish(.limited(retryAfter: .seconds(30)), now: start, random: SeededRandom(seed: seed))
            guard case .lead(let moment) = finish.leader else {
                Issue.record("the leader gave up")
                return
            }
            #expect(moment >= start + .seconds(30))
            #expect(moment < start + .seconds(33))
            moments.insert(moment)
        }
        #expect(moments.count == 20)
    }

    private func error(of step: TokenState.Step?) -> GenesysError? {
        if case .fail(let error) = step { error } else { nil }
    }

    private func token(of step: TokenState.Step) -> String? {
        if case .serve(let token) = step { token.value } else { nil }
    }
}
