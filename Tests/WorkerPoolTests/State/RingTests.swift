import TestSupport
import Testing

@testable import WorkerPool

@Suite struct RingTests {
    @Test func behavesLikeAnArray() {
        for seed in 0..<200 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            var ring = Ring<Int>()
            var model: [Int] = []
            for step in 0..<300 {
                switch random.below(8) {
                case 0...3:
                    ring.append(step)
                    model.append(step)
                case 4, 5:
                    if !model.isEmpty { #expect(ring.removeFirst() == model.removeFirst(), "seed \(seed)") }
                case 6:
                    guard random.below(5) == 0 else { continue }
                    let modulus = 2 + random.below(3)
                    ring.filter { index, element in index == 0 || element % modulus != 0 }
                    model = model.enumerated().filter { $0.offset == 0 || $0.element % modulus != 0 }.map(\.element)
                default:
                    guard !model.isEmpty else {
                        ring.trim()
                        continue
                    }
                    let index = random.below(model.count)
                    ring[index] = -step
                    model[index] = -step
                }
                #expect(ring.count == model.count && ring.prefix(ring.count) == model, "seed \(seed)")
            }
        }
    }

    @Test func lettingGoReleasesTheElement() {
        final class Witness: Sendable {}
        weak var removed: Witness?
        weak var filtered: Witness?
        var ring = Ring<Witness>()
        do {
            let (first, second) = (Witness(), Witness())
            (removed, filtered) = (first, second)
            ring.append(first)
            ring.append(second)
        }
        ring.removeFirst()
        #expect(removed == nil && filtered != nil)
        ring.filter { _, _ in false }
        #expect(filtered == nil)
    }
}
