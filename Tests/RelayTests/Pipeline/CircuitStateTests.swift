import Seams
import TestSupport
import Testing

@testable import Relay

@Suite struct CircuitStateTests {
    private let random = SeededRandom(seed: 3)

    @Test func waitsBetweenProbesGrowToTheirBound() throws {
        var state = CircuitState(baseDelay: .seconds(1), maxDelay: .seconds(30))
        var now = Moment.start
        for failure in 0..<10 {
            #expect(state.failed(startedIn: state.epoch, at: now, random: random) == .suspend)
            guard case .open(let probeAt) = state.phase else { Issue.record("not open"); return }
            let longest = min(Duration.seconds(30), .seconds(1) * (1 << failure))
            #expect(probeAt - now >= longest / 2 && probeAt - now < longest)
            #expect(state.probeDue(at: probeAt - .nanoseconds(1)) == nil)
            #expect(state.probeDue(at: probeAt) == .probe)
            now = probeAt
        }
        #expect(state.outageTime(at: now) == now - .start)
        #expect(state.succeeded(startedIn: state.epoch, at: now) == .resume)
        #expect(state.outageTime(at: now + .seconds(9)) == now - .start)
    }

    @Test func whatStartedBeforeTheProbeSaysNothingAboutIt() {
        var state = CircuitState()
        let early = state.epoch
        _ = state.failed(startedIn: early, at: .start, random: random)
        #expect(state.failed(startedIn: early, at: .start, random: random) == nil)
        #expect(state.succeeded(startedIn: early, at: .start) == nil)
        #expect(state.probeDue(at: .start + .seconds(60)) == .probe)
        #expect(state.succeeded(startedIn: early, at: .start + .seconds(60)) == nil)
        #expect(state.failed(startedIn: early, at: .start + .seconds(60), random: random) == nil)
        #expect(state.phase == .halfOpen)
    }

    @Test func withNothingToProbeItClosesByItself() {
        var state = CircuitState()
        #expect(state.nothingToProbe(at: .start) == nil)
        _ = state.failed(startedIn: state.epoch, at: .start, random: random)
        #expect(state.nothingToProbe(at: .start) == nil)
        _ = state.probeDue(at: .start + .seconds(60))
        #expect(state.nothingToProbe(at: .start + .seconds(61)) == .resume)
        #expect(state.phase == .closed)
    }
}

extension CircuitStateTests {
    @Test func whatStartedInTheLastOutageDoesNotOpenItAgain() {
        var state = CircuitState()
        let early = state.epoch
        _ = state.failed(startedIn: early, at: .start, random: SeededRandom(seed: 3))
        _ = state.probeDue(at: .start + .seconds(60))
        #expect(state.succeeded(startedIn: state.epoch, at: .start + .seconds(60)) == .resume)
        #expect(state.failed(startedIn: early, at: .start + .seconds(61), random: SeededRandom(seed: 3)) == nil)
        #expect(state.phase == .closed)
    }

    @Test func closedOnTrustItIsConfirmedByTheFirstSuccess() {
        var state = CircuitState()
        _ = state.failed(startedIn: state.epoch, at: .start, random: SeededRandom(seed: 3))
        _ = state.probeDue(at: .start + .seconds(60))
        _ = state.nothingToProbe(at: .start + .seconds(61))
        #expect(state.isOnTrust)
        #expect(state.succeeded(startedIn: state.epoch, at: .start + .seconds(62)) == .confirm)
        #expect(state.succeeded(startedIn: state.epoch, at: .start + .seconds(63)) == nil)
    }
}
