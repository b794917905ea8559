import Seams
import TestSupport
import Testing

@testable import GenesysCloud

/// Who leads while there is a refresher.
@Suite struct TokenTendingTests {
    private let random = SeededRandom(seed: 5)
    private let start = Moment.start

    @Test func aDueTokenIsServedAndRings() {
        var state = tended()
        grant(&state, life: 100, at: start)
        #expect(name(state.ask(now: start + .milliseconds(89_999))) == "serve")
        #expect(name(state.ask(now: start + .seconds(90))) == "serveAndRing")
        #expect(state.refresh(now: start + .milliseconds(89_999)) == nil)
        #expect(state.refresh(now: start + .seconds(90)) == start + .seconds(90))
        // It is rung once, and leads alone.
        #expect(name(state.ask(now: start + .seconds(90))) == "serve")
        #expect(state.refresh(now: start + .seconds(90)) == nil)
        #expect(name(state.ask(now: start + .seconds(100))) == "wait")
    }

    @Test func withoutATokenCallersWaitForTheRefresher() {
        var state = tended()
        for id in 0..<64 {
            #expect(name(state.ask(now: start)) == "waitAndRing")
            state.enlist(id)
        }
        #expect(state.refresh(now: start) == start)
        #expect(name(state.ask(now: start)) == "wait")
        let finish = state.finish(.granted(value: "a", life: .seconds(10)), now: start, random: random)
        #expect(finish.woken.map(\.id) == Array(0..<64))
        #expect(finish.woken.allSatisfy { name($0.step) == "serve" })
    }

    @Test func aRingThatComesTooLateFetchesNothing() {
        var state = tended()
        grant(&state, life: 100, at: start)
        #expect(state.refresh(now: start) == nil)
        #expect(state.refresh(now: start + .seconds(100)) != nil)
        let later = start + .seconds(100)
        _ = state.finish(
            .failed(GenesysError(.unreachable, message: "down"), retryAfter: .seconds(20)), now: later, random: random)
        // Everybody is told so; nobody waits.
        #expect(state.refresh(now: later + .seconds(19)) == nil)
        #expect(name(state.ask(now: later + .seconds(19))) == "fail")
        #expect(name(state.ask(now: later + .seconds(22))) == "waitAndRing")
    }

    @Test func aFailedRefreshBacksOffWhileTheTokenIsServed() {
        var state = tended()
        grant(&state, life: 100, at: start)
        let due = start + .seconds(90)
        #expect(state.refresh(now: due) == due)
        _ = state.finish(
            .failed(GenesysError(.unreachable, message: "down"), retryAfter: .seconds(5)), now: due, random: random)
        #expect(name(state.ask(now: due + .seconds(4))) == "serve")
        #expect(state.refresh(now: due + .seconds(4)) == nil)
        #expect(name(state.ask(now: due + .seconds(7))) == "serveAndRing")
    }

    @Test func whoWaitsForARefresherThatEndsLeads() {
        var state = tended()
        _ = state.ask(now: start)
        state.enlist(1)
        state.enlist(2)
        let woken = state.untend(now: start)
        #expect(woken.map(\.id) == [1])
        #expect(name(woken[0].step) == "lead")
        #expect(name(state.ask(now: start)) == "wait")
        #expect(state.untend(now: start).isEmpty)
    }

    @Test func thereIsOneRefresher() {
        var state = tended()
        #expect(state.tend() == false)
        _ = state.untend(now: start)
        #expect(state.tend() == true)
    }

    @Test func everyTokenRevokedAtOnceTwentyTimesIsOneRequestEach() {
        var state = tended()
        grant(&state, life: 3600, at: start)
        for round in 1...20 {
            let token = state.usable(now: start)!
            state.accepted(token)
            var ids: [Int] = []
            for id in 0..<64 {
                #expect(state.rejected(token, now: start, random: random) == .tryAgain)
                if name(state.ask(now: start)) == "waitAndRing" {
                    state.enlist(id)
                    ids.append(id)
                }
            }
            #expect(ids.count == 64)
            grant(&state, life: 3600, at: start, value: "t\(round)")
            #expect(state.refresh(now: start) == nil)
            // Rejections of the old one that come late.
            for _ in 0..<64 { #expect(state.rejected(token, now: start, random: random) == .tryAgain) }
            #expect(state.usable(now: start)?.value == "t\(round)")
        }
        #expect(state.snapshot(now: start).granted == 21)
    }

    /// Two seconds of life, 300 ms for an answer, at most 40 requests a minute: callers every 10 ms are all served,
    /// but for the first ones.
    @Test(arguments: [2.0, 1.0, 0.5])
    func aShortLifeIsRefreshedInTime(life: Double) {
        var state = tended()
        var answerAt: Moment?
        var requests: [Moment] = []
        var waits = 0
        for step in 0..<18_000 {
            let now = start + .milliseconds(10 * step)
            if let moment = answerAt, now >= moment {
                answerAt = nil
                let finish = state.finish(
                    .granted(value: "t\(requests.count)", life: .seconds(life)), now: now, random: random)
                #expect(finish.woken.allSatisfy { name($0.step) == "serve" })
            }
            switch name(state.ask(now: now)) {
            case "serve": break
            case "serveAndRing":
                #expect(state.refresh(now: now) == now)
                requests.append(now)
                answerAt = now + .milliseconds(300)
            case "waitAndRing":
                state.enlist(step)
                waits += 1
                #expect(state.refresh(now: now) == now)
                requests.append(now)
                answerAt = now + .milliseconds(300)
            case "wait":
                state.enlist(step)
                waits += 1
            default: Issue.record("nobody may fail")
            }
        }
        #expect(zip(requests, requests.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(1300) })
        if life == 2 {
            #expect(waits == 30)
            #expect(requests.allSatisfy { first in requests.count { $0 >= first && $0 < first + .seconds(60) } <= 40 })
        }
    }

    private func tended() -> TokenState {
        var state = TokenState(margin: .seconds(10), longestWait: .seconds(180))
        #expect(state.tend() == true)
        return state
    }

    private func grant(_ state: inout TokenState, life: Int, at now: Moment, value: String = "a") {
        _ = state.ask(now: now)
        #expect(state.refresh(now: now) != nil)
        _ = state.finish(.granted(value: value, life: .seconds(life)), now: now, random: random)
    }

    private func name(_ step: TokenState.Step) -> String {
        switch step {
        case .serve: "serve"
        case .serveAndRing: "serveAndRing"
        case .fail: "fail"
        case .lead: "lead"
        case .wait: "wait"
        case .waitAndRing: "waitAndRing"
        }
    }
}
