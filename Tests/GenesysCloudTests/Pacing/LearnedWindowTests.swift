import Seams
import TestSupport
import Testing

@testable import GenesysCloud

@Suite struct LearnedWindowTests {
    @Test func nothingIsKnownBeforeTheFirstAnswerAndAfterTheWindowsEnd() {
        var window = LearnedWindow()
        #expect(window.pace(of: 1, onWire: 0, at: .start) == nil)
        #expect(window.limitPerMinute(at: .start) == nil)
        learn(&window, limit: 300, used: 0, resets: 30, at: 0)
        #expect(window.pace(of: 1, onWire: 0, at: at(30)) != nil)
        #expect(window.limitPerMinute(at: at(30)) == 300)
        #expect(window.pace(of: 1, onWire: 0, at: at(31.1)) == nil)
        #expect(window.limitPerMinute(at: at(31.1)) == nil)
    }

    @Test func whatIsLeftIsSpreadOverTheTimeThatIsLeft() {
        var window = LearnedWindow()
        learn(&window, limit: 6000, used: 3000, resets: 31, at: 29)
        // 30 requests are the reserve.
        #expect(window.pace(of: 1, onWire: 0, at: at(29)) == 5940.0)
        #expect(window.pace(of: 0.25, onWire: 0, at: at(29)) == 1485.0)
        #expect(window.pace(of: 0.25, onWire: 10, at: at(29)) == 1465.0)
        #expect(window.pace(of: 2, onWire: -1, at: at(29)) == 5940.0)
        #expect(window.pace(of: 0, onWire: 0, at: at(29)) == 0)
        #expect(window.pace(of: .nan, onWire: 0, at: at(29)) == 0)
    }

    @Test func whenNothingIsLeftNothingIsSentUntilTheLatestEnd() {
        var window = LearnedWindow()
        learn(&window, limit: 100, used: 99, resets: 10, at: 50)
        #expect(window.pace(of: 1, onWire: 0, at: at(50)) == 0)
        #expect(window.pace(of: 1, onWire: 0, at: at(60.9)) == 0)
        learn(&window, limit: 100, used: 5000, resets: 10, at: 50)
        #expect(window.pace(of: 1, onWire: 0, at: at(50)) == 0)
    }

    @Test func theLastHalfSecondDividesByHalfASecond() {
        var window = LearnedWindow()
        learn(&window, limit: 100, used: 50, resets: 10, at: 0)
        #expect(window.pace(of: 1, onWire: 0, at: at(9.999)) == 5880.0)
        #expect(window.pace(of: 1, onWire: 0, at: at(10.5)) == 5880.0)
    }

    /// Whether the API rounds down or up, a second's worth of answers leaves a second of doubt, with the end in it.
    @Test(arguments: [false, true])
    func manyAnswersNarrowTheEnd(roundsUp: Bool) {
        var window = LearnedWindow()
        let end = 60.4
        for step in 0..<40 {
            let now = 10 + Double(step) * 0.1
            let left = end - now
            learn(&window, limit: 6000, used: 0, resets: Int(left.rounded(roundsUp ? .up : .down)), at: now)
        }
        let rate = window.pace(of: 1, onWire: 0, at: at(20))!
        #expect(rate >= 5970 / (end - 20) * 60 - 1)
        #expect(rate <= 5970 / (end - 20 - 1.1) * 60)
        #expect(window.pace(of: 1, onWire: 0, at: at(end - 0.1)) != nil)
        #expect(window.pace(of: 1, onWire: 0, at: at(end + 1.2)) == nil)
    }

    @Test func answersThatOvertakeEachOtherDoNotLowerTheCount() {
        var window = LearnedWindow()
        learn(&window, limit: 300, used: 100, resets: 30, at: 30)
        learn(&window, limit: 300, used: 90, resets: 31, at: 30)
        learn(&window, limit: 300, used: 3, resets: 30, at: 30)
        #expect(window.pace(of: 1, onWire: 0, at: at(30))! <= 200 * 60 / 29)
    }

    @Test func aNewWindowStartsAfreshAndALateAnswerOfTheOldOneIsNotHeard() {
        var window = LearnedWindow()
        learn(&window, limit: 300, used: 290, resets: 1, at: 59)
        learn(&window, limit: 300, used: 5, resets: 59, at: 61)
        let rate = window.pace(of: 1, onWire: 0, at: at(61))
        #expect(rate! > 295)
        learn(&window, limit: 300, used: 291, resets: 1, at: 61)
        learn(&window, limit: 300, used: 299, resets: 0, at: 61)
        #expect(window.pace(of: 1, onWire: 0, at: at(61)) == rate)
    }

    /// Made five seconds ago, it would put the end off by five.
    @Test func aSlowAnswerDoesNotMoveTheEnd() {
        var window = LearnedWindow()
        learn(&window, limit: 300, used: 150, resets: 30, at: 30)
        let rate = window.pace(of: 1, onWire: 0, at: at(30))
        window.learn(
            RateLimitNotice(limit: 300, used: 120, resetsIn: .seconds(35)), after: .seconds(5), at: at(30))
        window.learn(
            RateLimitNotice(limit: 300, used: 20, resetsIn: .seconds(60)), after: .seconds(30), at: at(30))
        #expect(window.pace(of: 1, onWire: 0, at: at(30)) == rate)
    }

    /// With windows of 20 s, an answer that took 30 may be of the last but one.
    @Test func anAnswerThatTookTooLongIsNotHeard() {
        var window = LearnedWindow()
        learn(&window, limit: 300, used: 5, resets: 19, at: 21)
        let rate = window.pace(of: 1, onWire: 0, at: at(35))
        window.learn(
            RateLimitNotice(limit: 300, used: 290, resetsIn: .seconds(15)), after: .seconds(30), at: at(35))
        #expect(window.pace(of: 1, onWire: 0, at: at(35)) == rate)
    }

    /// Nothing is left of a day: two minutes later a call may learn whether that is so.
    @Test(arguments: [60, 5000]) func aWrongWindowHoldsNothingBackForLong(used: Int) {
        var window = LearnedWindow()
        learn(&window, limit: 60, used: used, resets: 86_400, at: 50)
        #expect(window.pace(of: 1, onWire: 0, at: at(169.9)) == 0)
        #expect(window.pace(of: 1, onWire: 0, at: at(170)) == nil)
        #expect(window.limitPerMinute(at: at(170)) == nil)
        learn(&window, limit: 60, used: used, resets: 86_280, at: 170)
        #expect(window.pace(of: 1, onWire: 0, at: at(171)) == 0)
        // And what is true is heard again.
        learn(&window, limit: 60, used: 30, resets: 31, at: 290)
        #expect(window.pace(of: 1, onWire: 0, at: at(290)) == 58.0)
    }

    /// One hung call of a sixtieth share does not stand for sixty.
    @Test func aHungCallOfASmallShareHoldsLittleBack() {
        var window = LearnedWindow()
        learn(&window, limit: 300, used: 200, resets: 31, at: 30)
        let free = window.pace(of: 1.0 / 60, onWire: 0, at: at(30))!
        #expect(window.pace(of: 1.0 / 60, onWire: 2, at: at(30))! > free * 0.65)
        #expect(window.pace(of: 1, onWire: 97, at: at(30))! < 5)
    }

    @Test func ofTwoLimitsTheTighterHolds() {
        var window = LearnedWindow()
        for _ in 0..<3 {
            learn(&window, limit: 300, used: 200, resets: 31, at: 30)
            learn(&window, limit: 3000, used: 400, resets: 31, at: 30)
        }
        #expect(window.pace(of: 1, onWire: 0, at: at(30)) == 197.0)
        for limit in 500..<600 { learn(&window, limit: limit, used: 0, resets: 31, at: 30) }
        #expect(window.pace(of: 1, onWire: 0, at: at(30))! > 0)
    }

    @Test func shortWindowsFollowEachOther() {
        var window = LearnedWindow()
        learn(&window, limit: 10, used: 10, resets: 1, at: 0)
        #expect(window.pace(of: 1, onWire: 0, at: at(0.5)) == 0)
        learn(&window, limit: 10, used: 1, resets: 1, at: 1.1)
        #expect(window.pace(of: 1, onWire: 0, at: at(1.1))! > 0)
    }

    /// Four replicas by their answers alone: the limit is used, and not exceeded.
    @Test(arguments: [(6000, 0.05), (300, 0.2), (600, 1.5)])
    func fourReplicasUseTheLimitAndNoMore(limit: Int, latency: Double) {
        let fractions = [0.5, 0.25, 0.125, 0.125]
        var windows = [LearnedWindow](repeating: LearnedWindow(), count: 4)
        var credits = [Double](repeating: 0, count: 4)
        var underway: [(replica: Int, sent: Double, notice: RateLimitNotice?)] = []
        var (used, refused) = (0, 0)
        var history: [Int] = []
        for step in 0...6000 {
            let now = Double(step) * 0.02
            if step > 0, step % 3000 == 0 {
                history.append(used)
                used = 0
            }
            let left = 60 - now.truncatingRemainder(dividingBy: 60)
            for index in underway.indices
            where underway[index].notice == nil && now >= underway[index].sent + latency / 2 {
                if used >= limit { refused += 1 } else { used += 1 }
                underway[index].notice = RateLimitNotice(
                    limit: limit, used: used, resetsIn: .seconds(Int(left.rounded(.up))))
            }
            underway.removeAll { call in
                guard let notice = call.notice, now >= call.sent + latency else { return false }
                windows[call.replica].learn(notice, after: .seconds(latency), at: at(now))
                return true
            }
            for replica in 0..<4 {
                let onWire = underway.count { $0.replica == replica }
                let ceiling = Double(limit) * fractions[replica]
                let rate = windows[replica].pace(of: fractions[replica], onWire: onWire, at: at(now)) ?? ceiling
                credits[replica] = min(credits[replica] + min(rate, ceiling * 1.25) / 3000, 1)
                while credits[replica] >= 1 {
                    credits[replica] -= 1
                    underway.append((replica, now, nil))
                }
            }
        }
        #expect(refused == 0)
        #expect(history.count == 2)
        for used in history.dropFirst() { #expect(Double(used) >= Double(limit) * 0.95) }
    }

    private func at(_ seconds: Double) -> Moment { .start + .seconds(seconds) }

    /// An answer that came at once.
    private func learn(_ window: inout LearnedWindow, limit: Int, used: Int, resets: Int, at now: Double) {
        window.learn(
            RateLimitNotice(limit: limit, used: used, resetsIn: .seconds(resets), window: .seconds(60)),
            after: .zero, at: at(now))
    }
}
