/// A queue of lanes that is threaded through the lanes themselves, so that a lane leaves from anywhere in O(1).
///
/// A lane is in one list at most.
struct LaneList {
    private(set) var first: Int?
    private var last: Int?
    private(set) var count = 0

    mutating func append<Key, Item>(_ slot: Int, in lanes: inout [Lane<Key, Item>]) {
        lanes[slot].previous = last
        lanes[slot].next = nil
        if let last { lanes[last].next = slot } else { first = slot }
        last = slot
        count += 1
    }

    mutating func prepend<Key, Item>(_ slot: Int, in lanes: inout [Lane<Key, Item>]) {
        lanes[slot].previous = nil
        lanes[slot].next = first
        if let first { lanes[first].previous = slot } else { last = slot }
        first = slot
        count += 1
    }

    mutating func remove<Key, Item>(_ slot: Int, in lanes: inout [Lane<Key, Item>]) {
        let (previous, next) = (lanes[slot].previous, lanes[slot].next)
        if let previous { lanes[previous].next = next } else { first = next }
        if let next { lanes[next].previous = previous } else { last = previous }
        lanes[slot].previous = nil
        lanes[slot].next = nil
        count -= 1
    }
}
