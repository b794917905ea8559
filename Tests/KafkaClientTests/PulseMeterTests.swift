import Synchronization
import Testing

@testable import KafkaClient

@Suite struct PulseMeterTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    @Test func theAgeIsCountedFromTheLastBeat() {
        let clock = Clock()
        let meter = PulseMeter(longestGap: .seconds(5)) { clock.now }
        clock.advance(.seconds(2))
        #expect(meter.current == PollPulse(age: .seconds(2), stalls: 0))
        meter.beat()
        #expect(meter.current == PollPulse(age: .zero, stalls: 0))
    }

    @Test func onlyAGapLongerThanAllowedIsAStallAndItStaysCounted() {
        let clock = Clock()
        let meter = PulseMeter(longestGap: .seconds(5)) { clock.now }
        clock.advance(.seconds(5))
        meter.beat()
        #expect(meter.current.stalls == 0)
        clock.advance(.milliseconds(5_001))
        // Who looks before the loop goes round sees the age instead.
        #expect(meter.current == PollPulse(age: .milliseconds(5_001), stalls: 0))
        meter.beat()
        meter.beat()
        #expect(meter.current == PollPulse(age: .zero, stalls: 1))
    }
}
