import KafkaClient
import Seams
import TestSupport

@testable import Relay

/// A line of polls with a clock that a test turns.
final class PollLineFixture {
    var line = PollLine()
    var now = Moment.start
    var perMinute: Double?
    let random = SeededRandom(seed: 1)

    static func key(_ name: String, _ partition: Int32 = 0) -> PurgeKey {
        PurgeKey(partition: TopicPartition("purge-requests", partition), requestID: name)
    }

    /// A job comes that was submitted so many seconds after all time began.
    @discardableResult
    func turn(_ name: String, _ partition: Int32 = 0, submitted: Int64 = 0, dueIn wait: Duration = .zero) -> Bool {
        line.turn(
            Self.key(name, partition), submitted: WallTime(milliseconds: submitted * 1000), firstDue: now + wait)
    }

    /// Who is called now.
    func call() -> [String] { line.call(now: now, perMinute: perMinute).map(\.requestID) }

    var next: Moment? { line.nextCall(now: now, perMinute: perMinute) }

    func answered(_ name: String, _ partition: Int32 = 0, dueIn wait: Duration = .seconds(10)) {
        line.answered(Self.key(name, partition), due: now + wait)
    }

    func failed(
        _ name: String, _ fault: PollLine.Fault = .perhapsItsOwn, of partition: Int32 = 0,
        dueIn wait: Duration = .seconds(10)
    ) {
        line.failed(Self.key(name, partition), fault, now: now, random: random) { _ in now + wait }
    }

    /// Turns the clock from one free place to the next until so many were called, all of whom ask and are answered; gives
    /// back whom, and when.
    func calls(_ count: Int, dueIn wait: Duration = .seconds(10)) -> [(name: String, at: Moment)] {
        var called: [(name: String, at: Moment)] = []
        while called.count < count {
            for name in call() {
                called.append((name, now))
                guard turn(name) else { continue }
                answered(name, dueIn: wait)
            }
            guard let next else { return called }
            now = max(now, next)
        }
        return called
    }

    /// Turns the clock on until somebody is called; nil where nobody ever is.
    func nextCalled() -> String? {
        while true {
            if let name = call().first { return name }
            guard let next, next > now else { return nil }
            now = next
        }
    }

    /// The same, and it asks.
    func nextToAsk() -> String? { nextCalled().flatMap { turn($0) ? $0 : nil } }
}
