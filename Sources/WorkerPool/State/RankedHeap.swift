/// Keys by rank, the lowest first, and of equal ranks the lower key: no order depends on how they came.
///
/// It knows where in the heap each key is, so that whoever leaves does so in O(log n) and nothing stale stays behind.
public struct RankedHeap<Key: Hashable & Comparable & Sendable, Rank: Comparable & Sendable>: Sendable {
    private struct Entry {
        var rank: Rank
        var key: Key

        func precedes(_ other: Entry) -> Bool {
            rank != other.rank ? rank < other.rank : key < other.key
        }
    }

    private var entries: [Entry] = []
    private var positions: [Key: Int] = [:]

    /// Makes an empty one.
    public init() {}

    /// Whether there is no key.
    public var isEmpty: Bool { entries.isEmpty }

    /// How many keys there are.
    public var count: Int { entries.count }

    /// The key with the lowest rank.
    public var first: (key: Key, rank: Rank)? { entries.first.map { ($0.key, $0.rank) } }

    /// Puts a key in; traps when it is in already.
    public mutating func insert(_ key: Key, rank: Rank) {
        precondition(positions[key] == nil, "RankedHeap.insert: the key is in the heap")
        positions[key] = entries.count
        entries.append(Entry(rank: rank, key: key))
        rise(from: entries.count - 1)
    }

    /// Takes a key out; false when it was not in.
    @discardableResult public mutating func remove(_ key: Key) -> Bool {
        guard let position = positions[key] else { return false }
        swap(position, entries.count - 1)
        entries.removeLast()
        positions[key] = nil
        if position < entries.count {
            rise(from: position)
            sink(from: position)
        }
        return true
    }

    private mutating func rise(from start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entries[position].precedes(entries[parent]) else { return }
            swap(position, parent)
            position = parent
        }
    }

    private mutating func sink(from start: Int) {
        var position = start
        while true {
            var smallest = position
            for child in [2 * position + 1, 2 * position + 2]
            where child < entries.count && entries[child].precedes(entries[smallest]) {
                smallest = child
            }
            guard smallest != position else { return }
            swap(position, smallest)
            position = smallest
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        guard left != right else { return }
        entries.swapAt(left, right)
        positions[entries[left].key] = left
        positions[entries[right].key] = right
    }
}
