import GenesysCloud
import Seams
import TestSupport
import Testing

@testable import Relay

/// A circuit, a clock and what a shell would do.
private struct Bench {
    var state: CircuitState
    var now = Moment.at(100)
    let random = SeededRandom(seed: 3)
    private(set) var lastAction: CircuitState.Action?

    init(canRead: Bool = true) {
        state = CircuitState(canRead: canRead)
    }

    /// A lane ran and met that fault, or none, after those operations were answered.
    @discardableResult mutating func run(
        _ lane: Int, _ fault: GenesysError? = nil, answered: APIOperations = [], epoch: Int? = nil
    ) -> Ruling {
        let report = RunReport(lane: .contact(lane), epoch: epoch ?? state.epoch, answered: answered, fault: fault)
        let (ruling, action) = state.report(report, at: now, random: random)
        lastAction = action
        return ruling
    }

    /// A change was read and written.
    mutating func succeed(_ lane: Int = 0) { run(lane, answered: [.read, .written]) }

    /// Waits for the next read, which ends so.
    mutating func read(_ fault: GenesysError? = nil) {
        while case .rest(let moment?) = state.step(at: now) { now = max(now + .nanoseconds(1), moment) }
        guard case .read(let type) = state.step(at: now) else { Issue.record("no read is due"); return }
        state.readBegan(type, at: now)
        lastAction = state.readEnded(type, fault, startedIn: state.epoch, at: now, random: random)
    }

    /// An event whose first attempt failed so long ago would be given up now.
    mutating func lastWord(_ fault: GenesysError, secondsAgo: Double = 0) -> Ruling {
        state.lastWord(on: fault, since: now - .milliseconds(Int64(secondsAgo * 1000)), at: now)
    }

    mutating func wait(_ seconds: Double) { now = now + .milliseconds(Int64(seconds * 1000)) }

    /// Five lanes of which none may write.
    mutating func forbidWrites() {
        for lane in 1...5 { run(lane, .forbidden(), answered: .read) }
    }

    var isOpen: Bool { if case .open = state.phase { true } else { false } }

    /// Whether an attempt that failed so much earlier would count.
    func counts(_ fault: GenesysError, secondsAgo: Double = 0) -> Bool {
        let moment = now - .milliseconds(Int64(secondsAgo * 1000))
        return !state.outages.excuse(FailedAttempt(fault, from: moment, to: moment))
    }
}

extension APIOperations {
    fileprivate static let read = APIOperations(.readContact)
    fileprivate static let written = APIOperations(.replaceContact)
}

@Suite struct CircuitStateTests {
    // MARK: Closed

    @Test func fiveLanesThatMayNotWriteOpenItThoughTheyMayRead() {
        var bench = Bench()
        for lane in 1...4 {
            guard case .pending = bench.run(lane, .forbidden(), answered: .read) else {
                Issue.record("nothing is known yet"); return
            }
        }
        bench.wait(10)
        #expect(bench.run(5, .forbidden(), answered: .read) == .excused)
        #expect(bench.lastAction == .suspend && bench.isOpen)
        // Since the first of them nothing counts, but what is another operation's.
        #expect(!bench.counts(.forbidden(), secondsAgo: 10))
        #expect(bench.counts(.forbidden(), secondsAgo: 11))
        #expect(bench.counts(.forbidden(.deleteContact)))
    }

    @Test func aReadThatIsRefusedTooOpensIt() {
        var bench = Bench()
        let ruling = bench.run(1, .forbidden(.readContact))
        guard case .pending(let ticket) = ruling else { Issue.record("\(ruling)"); return }
        #expect(bench.state.ruling(on: ticket) == nil)
        bench.wait(2)
        bench.read(.forbidden(.readContact))
        #expect(bench.lastAction == .suspend && bench.isOpen)
        #expect(bench.state.ruling(on: ticket) == .excused)
        #expect(!bench.counts(.forbidden(.readContact), secondsAgo: 2))
    }

    @Test func aReadThatIsAnsweredTellsThatTheFaultIsTheEventsOwn() {
        var bench = Bench()
        guard case .pending(let ticket) = bench.run(1, .forbidden(), answered: .read) else {
            Issue.record("nothing is known yet"); return
        }
        bench.read()
        #expect(bench.state.ruling(on: ticket) == .own)
        #expect(bench.state.phase == .closed && bench.counts(.forbidden()))
        // For a while that stands for others, too.
        bench.wait(4)
        #expect(bench.run(2, .forbidden(), answered: .read) == .own)
        bench.wait(4)
        guard case .pending = bench.run(3, .forbidden(), answered: .read) else {
            Issue.record("the answer is old"); return
        }
    }

    @Test func aReadThatFailsDecidesNothing() {
        var bench = Bench()
        guard case .pending(let ticket) = bench.run(1, .tokenRefused) else {
            Issue.record("nothing is known yet"); return
        }
        bench.read(.failing)
        #expect(bench.state.ruling(on: ticket) == .excused)
        #expect(bench.state.phase == .closed)
        // And no more than one a second.
        _ = bench.run(1, .tokenRefused)
        #expect(bench.state.step(at: bench.now) == .rest(until: bench.now + .seconds(1)))
    }

    // MARK: The last word

    @Test func anEventIsGivenUpForAFailureWhenTheReadIsAnswered() {
        var bench = Bench()
        guard case .pending(let ticket) = bench.lastWord(.failing) else { Issue.record("nobody knows yet"); return }
        #expect(bench.state.ruling(on: ticket) == nil)
        bench.read()
        #expect(bench.state.ruling(on: ticket) == .own)
        // For a while that stands for others, too.
        bench.wait(5)
        #expect(bench.lastWord(.failing) == .own)
        bench.wait(0.1)
        // Nothing of it is left for a read that somebody else asks for.
        guard case .pending = bench.run(1, .tokenRefused) else { Issue.record("the answer is old"); return }
        bench.read(.failing)
        #expect(bench.state.phase == .closed)
        guard case .pending = bench.lastWord(.failing) else { Issue.record("nobody knows any more"); return }
    }

    @Test(arguments: [GenesysError.failing, .tokenRefused]) func aReadThatFailsTooIsAnOutageSinceTheFirstAttempt(
        _ fault: GenesysError
    ) {
        var bench = Bench()
        bench.wait(60)
        guard case .pending(let ticket) = bench.lastWord(.failing, secondsAgo: 40) else {
            Issue.record("nobody knows yet"); return
        }
        _ = bench.lastWord(.failing, secondsAgo: 20)
        let asked = bench.now
        bench.read(fault)
        #expect(bench.lastAction == .suspend && bench.isOpen)
        #expect(bench.state.ruling(on: ticket) == .excused)
        #expect(bench.lastWord(.failing) == .excused)
        #expect(!bench.counts(.failing, secondsAgo: 40))
        #expect(bench.counts(.failing, secondsAgo: 40.1))
        #expect(bench.state.outages.time(from: asked - .seconds(50), to: asked) == .seconds(40))
        bench.read()
        bench.succeed()
        #expect(bench.state.phase == .closed)
        // Nothing of it is left for a read that somebody else asks for.
        bench.wait(6)
        guard case .pending = bench.run(1, .tokenRefused) else { Issue.record("the answer is old"); return }
        bench.read(.failing)
        #expect(bench.state.phase == .closed)
    }

    @Test func aReadThatIsCancelledOrDeferredGivesNothingUp() {
        var bench = Bench()
        guard case .pending(let ticket) = bench.lastWord(.failing) else { Issue.record("nobody knows yet"); return }
        bench.read(GenesysError(.cancelled, message: ""))
        #expect(bench.state.ruling(on: ticket) == .excused && bench.state.phase == .closed)
        guard case .pending(let next) = bench.lastWord(.failing) else { Issue.record("nobody knows yet"); return }
        bench.wait(1)
        bench.read(.deferred(until: bench.now + .seconds(100)))
        #expect(bench.state.ruling(on: next) == .excused && bench.isOpen)
    }

    @Test func withoutReadsAndForOtherFaultsTheAttemptsDecide() {
        var blind = Bench(canRead: false)
        #expect(blind.lastWord(.failing) == .own)
        var bench = Bench()
        #expect(bench.lastWord(.forbidden()) == .own)
        #expect(bench.state.step(at: bench.now) == .rest(until: nil))
    }

    // MARK: Without reads, and by rate

    @Test func withoutReadsAFaultOfTheSetUpIsTakenForOne() {
        var bench = Bench(canRead: false)
        #expect(bench.run(1, .forbidden(), answered: .read) == .excused)
        #expect(bench.isOpen)
        for _ in 0..<8 {
            bench.read()
            #expect(bench.state.phase == .halfOpen)
            // However often the same one fails.
            #expect(bench.run(1, .forbidden(), answered: .read) == .excused)
            #expect(bench.isOpen)
        }
        bench.read()
        bench.succeed(1)
        #expect(bench.lastAction == .resume)
    }

    @Test func halfOfTheAttemptsFailingOpensItAndNoneOfThemCounts() {
        var bench = Bench()
        var rulings: [Ruling] = []
        for lane in 1...20 where !bench.isOpen {
            bench.wait(0.1)
            bench.succeed(100 + lane)
            rulings.append(bench.run(lane, .failing, answered: .read))
        }
        #expect(bench.isOpen)
        #expect(rulings.last == .excused && rulings.dropLast().allSatisfy { $0 == .own })
        #expect(!bench.counts(.failing, secondsAgo: 0.9))
        #expect(!bench.counts(GenesysError(.timedOut, message: ""), secondsAgo: 0.5))
    }

    @Test func oneEventThatFailsAmongHealthyOnesOpensNothing() {
        var bench = Bench()
        for lane in 1...100 {
            bench.wait(0.05)
            for _ in 0..<3 { #expect(bench.run(0, .failing, answered: .read) == .own) }
            bench.succeed(lane)
        }
        #expect(bench.state.phase == .closed)
    }

    @Test func aDeferralOpensItUntilItsMoment() {
        var bench = Bench()
        let retryAt = bench.now + .seconds(600)
        #expect(bench.run(1, .deferred(until: retryAt)) == .excused)
        guard case .open(let probeAt) = bench.state.phase else { Issue.record("not open"); return }
        #expect(probeAt >= retryAt && probeAt < retryAt + .seconds(1))
        bench.read()
        #expect(bench.state.phase == .halfOpen)
        bench.run(2, .deferred(until: bench.now + .seconds(300)))
        guard case .open(let next) = bench.state.phase else { Issue.record("not open"); return }
        #expect(next >= bench.now + .seconds(300))
    }

    // MARK: Open

    @Test func readsGrowApartToFiveSecondsAndAreNeverWithinOne() {
        var bench = Bench()
        bench.forbidWrites()
        var pauses: [Duration] = []
        for _ in 0..<20 {
            let before = bench.now
            bench.read(.unreachable)
            #expect(bench.isOpen)
            pauses.append(bench.now - before)
        }
        #expect(pauses.allSatisfy { $0 >= .seconds(1) && $0 <= .seconds(5) })
        #expect(pauses[0] <= .seconds(2))
        #expect(pauses.max()! > .seconds(3))
        // Drawn, so that replicas spread.
        #expect(Set(pauses).count == pauses.count)
    }

    @Test func onlyASuccessOfTheOperationClosesIt() {
        var bench = Bench()
        bench.forbidWrites()
        bench.read()
        #expect(bench.lastAction == .probe)
        #expect(bench.run(7, answered: .read) == .own)
        #expect(bench.state.phase == .halfOpen)
        bench.succeed(8)
        #expect(bench.lastAction == .resume && bench.state.phase == .closed)
    }

    @Test func anyAnswerClosesItAfterFaultsOfTheToken() {
        var bench = Bench()
        for lane in 1...5 { bench.run(lane, .tokenRefused) }
        #expect(bench.isOpen)
        bench.read(.tokenRefused)
        #expect(bench.isOpen)
        bench.read()
        bench.run(7, answered: .read)
        #expect(bench.state.phase == .closed)
    }

    @Test func aSuccessAndNotJustAnAnswerClosesItAfterFailures() {
        var bench = Bench()
        for lane in 1...20 { bench.run(lane, .failing, answered: .read) }
        bench.read()
        #expect(bench.run(30, .failing, answered: .read) == .excused)
        #expect(bench.isOpen)
        bench.read()
        bench.succeed(31)
        #expect(bench.state.phase == .closed)
    }

    @Test func aPoisonEventDoesNotKeepItOpen() {
        var bench = Bench()
        bench.forbidWrites()
        bench.read()
        #expect(bench.run(1, .forbidden(), answered: .read) == .excused)
        #expect(bench.isOpen)
        bench.read()
        // Nobody else is there: its fault is its own.
        #expect(bench.run(1, .forbidden(), answered: .read) == .ownInOutage)
        #expect(bench.lastAction == .resume && bench.state.phase == .closed)
        #expect(bench.counts(.forbidden()))
    }

    @Test func withFiveLanesFailingSinceItOpenedItStaysOpen() {
        var bench = Bench()
        bench.forbidWrites()
        for round in 0..<3 {
            for lane in 1...6 {
                bench.read()
                #expect(bench.run(lane, .forbidden(), answered: .read) == .excused, "\(round)")
                #expect(bench.isOpen)
            }
        }
    }

    @Test func openedByAReadItJudgesTheFirstFailureAnew() {
        var bench = Bench()
        bench.run(1, .forbidden())
        bench.read(.forbidden(.readContact))
        #expect(bench.isOpen)
        bench.read()
        // The read is answered now, so what is left is the event's.
        #expect(bench.run(1, .forbidden()) == .own)
        #expect(bench.state.phase == .closed)
    }

    @Test func whatBeganInAnotherPhaseSaysNothing() {
        var bench = Bench()
        let early = bench.state.epoch
        bench.forbidWrites()
        #expect(bench.run(9, .forbidden(), epoch: early) == .excused)
        #expect(bench.run(9, .failing, epoch: early) == .excused)
        bench.read()
        bench.run(10, answered: [.read, .written], epoch: early)
        #expect(bench.state.phase == .halfOpen)
        #expect(bench.run(9, .forbidden(), epoch: early) == .excused)
        #expect(bench.state.phase == .halfOpen)
        bench.succeed()
        for lane in 20...30 { #expect(bench.run(lane, .forbidden(), epoch: early) == .excused) }
        // Whether a failure is an outage's shows when its attempts are counted.
        #expect(bench.run(9, .failing, epoch: early) == .own)
        #expect(bench.state.phase == .closed)
    }

    @Test func withNothingToProbeItClosesByItselfAndIsConfirmedByTheFirstSuccess() {
        var bench = Bench()
        #expect(bench.state.nothingToProbe(at: bench.now) == nil)
        bench.forbidWrites()
        #expect(bench.state.nothingToProbe(at: bench.now) == nil)
        bench.read()
        #expect(bench.state.step(at: bench.now) == .watch)
        #expect(bench.state.nothingToProbe(at: bench.now) == .resume)
        #expect(bench.state.phase == .closed && bench.state.isOnTrust)
        bench.succeed()
        #expect(bench.lastAction == .confirm)
        bench.succeed()
        #expect(bench.lastAction == nil)
    }

    @Test func withNothingToProbeAnAnsweredReadIsEnoughWhereAnyAnswerIs() {
        var bench = Bench()
        for lane in 1...5 { bench.run(lane, .unreachable) }
        bench.read()
        #expect(bench.state.nothingToProbe(at: bench.now) == .resume)
        #expect(bench.state.phase == .closed && !bench.state.isOnTrust)
        var blind = Bench(canRead: false)
        blind.run(1, .unreachable)
        blind.read()
        #expect(blind.state.nothingToProbe(at: blind.now) == .resume)
        #expect(blind.state.isOnTrust)
    }

    @Test func ageStandsStillFromTheFirstFailureOn() {
        var bench = Bench()
        let begin = bench.now
        for lane in 1...4 { bench.run(lane, .tokenRefused) }
        bench.wait(7)
        bench.run(5, .tokenRefused)
        bench.wait(3)
        #expect(bench.state.outages.time(from: begin - .seconds(50), to: bench.now) == .seconds(10))
        bench.read()
        let end = bench.now
        bench.succeed()
        bench.wait(100)
        #expect(bench.state.outages.time(from: begin, to: bench.now) == end - begin)
    }

    @Test func connectionsThatBreakWhenTheAPIGoesAwayAreExcusedToo() {
        var bench = Bench()
        let broken = GenesysError(.connectionLost, message: "", operation: .readContact)
        #expect(bench.run(1, broken) == .own)
        bench.wait(2)
        for lane in 1...5 { bench.run(lane, .unreachable) }
        #expect(bench.isOpen)
        #expect(!bench.counts(broken, secondsAgo: 2))
        #expect(bench.counts(broken, secondsAgo: 3))
    }

    @Test func tellsItsPhaseAndWhatOpenedIt() {
        var bench = Bench()
        #expect(bench.state.status.phase == .closed && bench.state.status.openedBy == nil)
        bench.forbidWrites()
        let opened = bench.now
        bench.read()
        #expect(bench.state.status.phase == .halfOpen)
        #expect(bench.state.status.since == opened)
        #expect(bench.state.status.openedBy == "forbidden of 'replace contact' 403")
    }
}
