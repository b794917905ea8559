import Seams
import Synchronization

/// How often values fell into each of some fixed ranges. Any thread may record; that is two atomic additions.
public final class Histogram: Sendable {
    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    /// Upper bounds of the buckets, inclusive, ascending; the last bucket, without a bound, is not among them.
    let bounds: [Double]
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    /// Counts `value`. NaN is ignored: it has no place among the buckets and would spoil the sum for good.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// Counts a duration, in seconds.
    public func record(_ duration: Duration) { record(duration.inSeconds) }

    /// How many values each bucket and all before it hold, the last being the count of all, and the sum of the values.
    ///
    /// Read without a lock: the sum may be ahead of or behind the counts by what is recorded meanwhile.
    var snapshot: (cumulative: [UInt64], sum: Double) {
        var total: UInt64 = 0
        let cumulative = buckets.map { bucket in
            total += bucket.count.load(ordering: .relaxed)
            return total
        }
        return (cumulative, sum.value)
    }

    /// Bounds in seconds that suit a request over a network: 5 ms to 60 s.
    public static let requestBounds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
}
