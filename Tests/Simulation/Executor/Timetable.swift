import Seams

/// What is to happen later: a heap by moment, and among equals by the order of entering.
struct Timetable {
    struct Entry {
        var moment: Moment
        var number: Int
        var process: SimulatedProcess?
        var action: () -> Void

        func isBefore(_ other: Entry) -> Bool {
            moment == other.moment ? number < other.number : moment < other.moment
        }
    }

    private var heap: [Entry] = []
    private var lastNumber = 0

    var first: Moment? { heap.first?.moment }

    mutating func add(_ moment: Moment, _ process: SimulatedProcess?, _ action: @escaping () -> Void) {
        lastNumber += 1
        heap.append(Entry(moment: moment, number: lastNumber, process: process, action: action))
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func takeFirst() -> Entry {
        let first = heap[0]
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least])
            {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
