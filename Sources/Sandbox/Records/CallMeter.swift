import Seams

/// Counts calls by second, for the busiest second and the busiest minute.
struct CallMeter {
    private var counts = [Int](repeating: 0, count: 60)
    private var second: Int64 = 0
    private var minute = 0

    /// Counts one call and gives the calls of its second and of the 60 seconds that end with it.
    mutating func count(now: Moment) -> (inSecond: Int, inMinute: Int) {
        let current = now.nanoseconds / 1_000_000_000
        if current > second {
            for passed in 1...min(60, current - second) {
                let slot = Int((second + passed) % 60)
                minute -= counts[slot]
                counts[slot] = 0
            }
            if current - second > 60 {
                counts = [Int](repeating: 0, count: 60)
                minute = 0
            }
            second = current
        }
        let slot = Int(second % 60)
        counts[slot] += 1
        minute += 1
        return (counts[slot], minute)
    }
}
