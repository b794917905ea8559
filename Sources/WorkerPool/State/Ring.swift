/// A first-in, first-out queue on a ring, with access by index; appending and removing at the head are amortised O(1).
///
/// What is removed is released at once, unlike in an array whose head merely moves on.
struct Ring<Element: Sendable>: Sendable {
    /// A power of two long, or empty.
    private var storage: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The element `index` places behind the head.
    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "Ring: index out of range")
            return storage[place(index)]!
        }
        set {
            precondition(index >= 0 && index < count, "Ring: index out of range")
            storage[place(index)] = newValue
        }
    }

    mutating func append(_ element: Element) {
        if count == storage.count { grow() }
        storage[place(count)] = element
        count += 1
    }

    @discardableResult
    mutating func removeFirst() -> Element {
        precondition(count > 0, "Ring: nothing to remove")
        let element = storage[head].take()!
        head = place(1)
        count -= 1
        return element
    }

    /// The first `length` elements, in order.
    func prefix(_ length: Int) -> [Element] {
        if length == 1 { return [self[0]] }
        return (0..<length).map { self[$0] }
    }

    /// Keeps, in order, the elements of which `isKept` says so; it is given each one's place in the queue.
    mutating func filter(_ isKept: (Int, Element) -> Bool) {
        var kept = 0
        for index in 0..<count where isKept(index, self[index]) {
            if kept != index { self[kept] = self[index] }
            kept += 1
        }
        for index in kept..<count { storage[place(index)] = nil }
        count = kept
    }

    /// Gives storage back that one busy time made large; for an empty queue.
    mutating func trim() {
        if isEmpty, storage.count > 16 { self = Ring() }
    }

    private func place(_ index: Int) -> Int {
        (head + index) & (storage.count - 1)
    }

    private mutating func grow() {
        var larger: [Element?] = []
        let capacity = max(2, storage.count * 2)
        larger.reserveCapacity(capacity)
        for index in 0..<count { larger.append(storage[place(index)].take()) }
        for _ in count..<capacity { larger.append(nil) }
        storage = larger
        head = 0
    }
}
