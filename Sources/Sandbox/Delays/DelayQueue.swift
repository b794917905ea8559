import Seams

/// Elements that fall due, earliest first; those of one moment in the order they came. A binary heap.
struct DelayQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: Moment
        var number: Int
        var element: Element

        func precedes(_ other: Entry) -> Bool {
            due == other.due ? number < other.number : due < other.due
        }
    }

    private var heap: [Entry] = []
    private var number = 0

    /// When the next element falls due.
    var nextDue: Moment? { heap.first?.due }

    mutating func add(_ element: Element, due: Moment) {
        number += 1
        heap.append(Entry(due: due, number: number, element: element))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next element that is due; nil when none is.
    mutating func take(now: Moment) -> Element? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least])
            {
                least = child
            }
            if least == parent { return first.element }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
