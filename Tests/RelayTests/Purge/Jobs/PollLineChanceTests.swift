import KafkaClient
import Seams
import TestSupport
import Testing

@testable import Relay

/// Whatever jobs do with their places, the line goes on, and never faster than it may.
@Suite struct PollLineChanceTests {
    @Test(arguments: 0..<40) func theLineNeverStandsStill(_ seed: UInt64) {
        let chance = SeededRandom(seed: seed)
        let fixture = PollLineFixture()
        fixture.perMinute = [nil, 30, 600][chance.below(3)]
        var asking: Set<String> = []
        var moments: [Moment] = []
        let names = (0..<60).map { "\($0)" }
        func partition(_ name: String) -> Int32 { Int32(name).map { $0 % 4 } ?? 0 }
        for step in 0..<4000 {
            let name = names[chance.below(names.count)]
            switch chance.below(step < 3000 ? 12 : 4) {
            case 0...3:
                // The pool's timer, or a lane that comes by itself.
                let called = fixture.call()
                moments += called.map { _ in fixture.now }
                for name in called where chance.below(4) > 0 {
                    if fixture.turn(name, partition(name)) { asking.insert(name) }
                }
                if !asking.contains(name), fixture.turn(name, partition(name), submitted: Int64(chance.below(100))) {
                    asking.insert(name)
                }
                for name in asking.sorted() where chance.below(3) == 0 || step >= 3000 {
                    asking.remove(name)
                    fixture.answered(name, partition(name), dueIn: .seconds(chance.below(20)))
                }
                fixture.now = fixture.now + .milliseconds(chance.below(1500))
            case 4, 5:
                if let name = asking.sorted().first {
                    asking.remove(name)
                    let faults: [PollLine.Fault] = [
                        .perhapsItsOwn, .everybodys, .closed(until: fixture.now + .seconds(30)),
                    ]
                    fixture.failed(
                        name, faults[chance.below(3)], of: partition(name), dueIn: .seconds(chance.below(20)))
                }
            case 6:
                if let name = asking.sorted().last {
                    asking.remove(name)
                    fixture.line.interrupted(PollLineFixture.key(name, partition(name)))
                }
            case 7: fixture.line.leave(PollLineFixture.key(name, partition(name)))
            case 8 where chance.below(20) == 0:
                fixture.line.drop(TopicPartition("purge-requests", Int32(chance.below(4))))
            default: fixture.now = fixture.now + .milliseconds(chance.below(200))
            }
        }
        if let pace = fixture.perMinute {
            for (earlier, later) in zip(moments, moments.dropFirst()) {
                #expect(later - earlier >= .seconds(60 / pace) * 8 / 10)
            }
        }
        // From here on all behave, and each has its turn.
        for name in asking.sorted() { fixture.line.interrupted(PollLineFixture.key(name, partition(name))) }
        var heard: Set<String> = []
        for _ in 0..<2000 where heard.count < names.count {
            _ = fixture.call()
            for name in names where !heard.contains(name) && fixture.turn(name, partition(name)) {
                heard.insert(name)
                fixture.answered(name, partition(name), dueIn: .seconds(1000))
            }
            if let next = fixture.next { fixture.now = max(fixture.now, next) }
        }
        #expect(heard.count == names.count)
    }
}
