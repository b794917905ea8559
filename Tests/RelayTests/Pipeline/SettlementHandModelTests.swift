import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

/// Whatever the log answers, attempt after attempt: each settlement gets in once.
@Suite struct SettlementHandModelTests {
    private static let topicCodes = ["UNKNOWN_TOPIC_OR_PART", "TOPIC_AUTHORIZATION_FAILED"]
    private static let codes = topicCodes + ["INVALID_RECORD", "MSG_SIZE_TOO_LARGE"]

    @Test(arguments: 0..<200) func nothingIsDroppedOrDoubled(_ seed: Int) throws {
        let random = SeededRandom(seed: UInt64(seed))
        var now = Moment.start
        var (hand, queue) = (SettlementHand(), SettlementQueue(backlogLimit: 1000))
        var (added, inHand, written) = (Int64(0), Set<Int64>(), [Int64]())
        let total = Int64(20 + random.below(60))
        var steps = 0
        while written.count < Int(total) {
            steps += 1
            try #require(steps < 5000, "it does not come to an end")
            let isCalm = steps > 500
            if added < total, random.below(3) == 0 {
                let count = min(Int64(1 + random.below(8)), total - added)
                let new = (added..<(added + count)).map { Settlements.settlement($0, [Settlements.outcome(text: 500)]) }
                _ = queue.add(new, at: now, enough: 4)
                added += count
            }
            var attempt = hand.next(from: &queue, limit: 1 + random.below(10), at: now)
            if attempt.entries.isEmpty {
                now = max(now, hand.wakeUp(at: now) ?? now) + .milliseconds(1)
                continue
            }
            if !isCalm, random.below(4) == 0 {
                let place = random.below(attempt.entries.count)
                hand.hold([attempt.entries.remove(at: place)])
            }
            guard !attempt.entries.isEmpty else { continue }
            let numbers = Settlements.numbers(attempt.entries)
            try #require(Set(numbers).count == numbers.count, "one is twice in an attempt")
            try #require(inHand.isDisjoint(with: numbers), "one is tried that was written")
            switch isCalm ? 0 : random.below(4) {
            case 0, 1:
                written += numbers
                inHand.formUnion(numbers)
                hand.committed()
            case 2:
                hand.failed(attempt, at: now, random: random)
            default:
                let faults = attempt.entries.indices.filter { _ in random.below(2) == 0 }.map { place in
                    // What is small enough is not too large any more.
                    let isSmall = (attempt.entries[place].settlement.records[0].value?.count ?? 0) < 300
                    let code = Self.codes[random.below(Self.codes.count - (isSmall ? 1 : 0))]
                    return RecordFault(
                        entry: place, record: 0, topic: "outcomes",
                        kind: Self.topicCodes.contains(code) ? .topic : .record,
                        error: KafkaError(code: code, message: "no"))
                }
                if faults.isEmpty { hand.failed(attempt, at: now, random: random); continue }
                try #require(hand.refused(attempt, faults, at: now, random: random) == nil)
            }
        }
        #expect(written.sorted() == Array(0..<total))
        #expect(hand.isEmpty && hand.refusedCount == 0)
    }
}
