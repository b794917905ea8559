/// The mean of the middle third of numbers, of which it keeps at most 64, evenly spread over all: one that comes
/// costs next to nothing. As deaf to slow minorities as the median, but where two values are as frequent it does not jump
/// between them.
struct SampledMiddle: Sendable {
    private static let capacity = 64

    private var kept: [Double] = []
    /// One of so many is kept.
    private var stride = 1
    /// How many came.
    private(set) var count = 0

    mutating func add(_ value: Double) {
        defer { count += 1 }
        guard count % stride == 0 else { return }
        if kept.count == Self.capacity {
            kept = Swift.stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
            stride *= 2
            guard count % stride == 0 else { return }
        }
        kept.append(value)
    }

    /// Zero of none.
    var mean: Double {
        guard !kept.isEmpty else { return 0 }
        let middle = kept.sorted()[(kept.count / 3)..<(kept.count - kept.count / 3)]
        return middle.reduce(0, +) / Double(middle.count)
    }
}
