import TestSupport
import Testing

@testable import Relay

@Suite struct BoundedCacheTests {
    /// The same in the plainest way: a list, the one used last at the end.
    private struct Model {
        var entries: [(key: Int, value: Int)] = []
        let capacity: Int

        mutating func value(for key: Int) -> Int? {
            guard let place = entries.firstIndex(where: { $0.key == key }) else { return nil }
            let entry = entries.remove(at: place)
            entries.append(entry)
            return entry.value
        }

        mutating func set(_ value: Int, for key: Int) {
            entries.removeAll { $0.key == key }
            if entries.count == capacity { entries.removeFirst() }
            entries.append((key, value))
        }

        mutating func remove(_ key: Int) -> Int? {
            defer { entries.removeAll { $0.key == key } }
            return entries.first { $0.key == key }?.value
        }
    }

    @Test(arguments: [1, 2, 3, 8]) func itBehavesAsAListThatForgetsItsFirst(capacity: Int) {
        let random = SeededRandom(seed: UInt64(capacity))
        var cache = BoundedCache<Int, Int>(capacity: capacity)
        var model = Model(capacity: capacity)
        for step in 0..<5000 {
            let key = random.below(12)
            switch random.below(4) {
            case 0, 1:
                cache.set(step, for: key)
                model.set(step, for: key)
            case 2: #expect(cache.value(for: key) == model.value(for: key), "step \(step)")
            default: #expect(cache.remove(key) == model.remove(key), "step \(step)")
            }
            #expect(cache.count == model.entries.count, "step \(step)")
        }
        for key in 0..<12 { #expect(cache.value(for: key) == model.value(for: key)) }
    }
}
