/// Numbers drawn from a seed (SplitMix64), for one thread.
struct Chance {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// An integer from zero up to, not including, `limit`.
    mutating func below(_ limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True once in `count` draws; never for 0.
    mutating func once(in count: Int) -> Bool {
        count > 0 && below(count) == 0
    }

    mutating func duration(_ milliseconds: ClosedRange<Double>) -> Duration {
        let least = Int64(milliseconds.lowerBound * 1_000_000)
        let most = Int64(milliseconds.upperBound * 1_000_000)
        return .nanoseconds(least + Int64(below(Int(most - least) + 1)))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
