import Seams
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct MomentTests {
    @Test func farMomentsSaturateInsteadOfOverflowing() {
        let late = Moment(nanoseconds: .max - 5)
        #expect(late + .seconds(1) == Moment(nanoseconds: .max))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
    }

    @Test func jitterStaysBelowItsLimit() {
        let random = SeededRandom(seed: 7)
        let drawn = (0..<1000).map { _ in random.duration(upTo: .milliseconds(10)) }
        #expect(drawn.allSatisfy { $0 >= .zero && $0 < .milliseconds(10) })
        #expect(Set(drawn).count > 900)
        #expect(random.duration(upTo: .zero) == .zero)
    }

    @Test func aManualClockWakesOnlyWhoIsDue() async throws {
        let time = ManualTime()
        async let early: Void = time.sleep(for: .seconds(1))
        async let late: Void = time.sleep(for: .seconds(5))
        await time.sleepers(atLeast: 2)
        time.advance(by: .seconds(2))
        try await early
        #expect(time.nextDeadline == Moment.start + .seconds(5))
        time.advance(by: .seconds(3))
        try await late
    }
}
