import Seams
import TestSupport
import Testing

@testable import WorkerPool

@Suite struct WakeHeapTests {
    @Test func givesTheEarliestAndOfEqualsTheFirst() throws {
        for seed in 0..<200 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            var heap = WakeHeap()
            /// In the order of insertion.
            var model: [(slot: Int, moment: Moment)] = []
            for _ in 0..<400 {
                let slot = random.below(100)
                if let place = model.firstIndex(where: { $0.slot == slot }) {
                    heap.remove(slot)
                    model.remove(at: place)
                } else {
                    let moment = Moment(nanoseconds: Int64(random.below(60)))
                    heap.insert(slot, at: moment)
                    model.append((slot, moment))
                }
                let earliest = model.map(\.moment).min()
                let first = model.first { $0.moment == earliest }?.slot
                guard heap.earliest == earliest, heap.due(Moment(nanoseconds: 1000)) == first else {
                    throw Disagreement(seed: seed)
                }
            }
        }
    }

    @Test func nothingIsDueBeforeItsMoment() {
        var heap = WakeHeap()
        heap.insert(3, at: Moment(nanoseconds: 10))
        #expect(heap.due(Moment(nanoseconds: 9)) == nil && heap.due(Moment(nanoseconds: 10)) == 3)
    }
}
