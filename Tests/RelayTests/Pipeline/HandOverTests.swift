import Glibc
import Synchronization
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(2))) struct HandOverTests {
    private final class Marks: Sendable {
        let firstIsInside = Atomic(false)
        let secondHasCome = Atomic(false)
        let secondIsInside = Atomic(false)
    }

    /// Waits for a mark, but not for ever: with a single thread nobody else comes to set it.
    private static func wait(for mark: borrowing Atomic<Bool>, turns: Int = 10_000) {
        for _ in 0..<turns where !mark.load(ordering: .acquiring) { sched_yield() }
    }

    @Test func oneIsCarriedThroughBeforeTheNextBegins() async {
        let handOver = HandOver()
        let marks = Marks()
        let order = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                handOver {
                    marks.firstIsInside.store(true, ordering: .releasing)
                    Self.wait(for: marks.secondHasCome)
                    // All the time that it takes to come in, were it let in.
                    Self.wait(for: marks.secondIsInside, turns: 200)
                    let isOverlapped = marks.secondIsInside.load(ordering: .acquiring)
                    #expect(!isOverlapped)
                    return 1
                }
            }
            group.addTask {
                Self.wait(for: marks.firstIsInside)
                marks.secondHasCome.store(true, ordering: .releasing)
                return handOver {
                    marks.secondIsInside.store(true, ordering: .releasing)
                    return 2
                }
            }
            var answers: [Int] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted()
        }
        #expect(order == [1, 2])
    }
}
