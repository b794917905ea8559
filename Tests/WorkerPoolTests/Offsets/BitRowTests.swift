import TestSupport
import Testing

@testable import WorkerPool

@Suite struct BitRowTests {
    @Test func findsNeighboursLikeAPlainArray() {
        for seed in 0..<200 as Range<UInt64> {
            let random = SeededRandom(seed: seed)
            let density = [1, 2, 50][random.below(3)]
            var row = BitRow()
            var bits: [Bool] = []
            for _ in 0..<random.below(300) {
                let bit = random.below(density + 1) == 0
                row.append(bit)
                bits.append(bit)
            }
            for _ in 0..<random.below(20) where !bits.isEmpty {
                let index = random.below(bits.count)
                bits[index].toggle()
                row[index].toggle()
            }
            #expect(row.count == bits.count && row.last == (bits.last ?? false), "seed \(seed)")
            for bit in [true, false] {
                let next = (0...bits.count).map { start in bits[start...].firstIndex(of: bit) ?? bits.count }
                #expect((0...bits.count).map { row.next(bit, from: $0) } == next, "seed \(seed)")
                let previous = bits.indices.map { start in bits[...start].lastIndex(of: bit) ?? -1 }
                #expect(bits.indices.map { row.previous(bit, from: $0) } == previous, "seed \(seed)")
            }
            #expect(row.previous(true, from: -1) == -1)
        }
    }
}
