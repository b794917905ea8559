public import Seams
import Synchronization

/// SplitMix64 from a seed: the same seed gives the same numbers, here and on every machine.
public final class SeededRandom: RandomSource {
    private let state: Mutex<UInt64>

    /// Starts the sequence that belongs to `seed`.
    public init(seed: UInt64) {
        state = Mutex(seed)
    }

    public func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// An integer from zero up to, not including, `limit`.
    public func below(_ limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }
}
