/// A growing row of bits in which the next one and the next zero are found 64 at a time.
struct BitRow: Sendable {
    private var words: [UInt64] = []
    private(set) var count = 0

    subscript(index: Int) -> Bool {
        get { words[index >> 6] >> UInt64(index & 63) & 1 == 1 }
        set {
            let bit: UInt64 = 1 << UInt64(index & 63)
            if newValue { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
        }
    }

    /// The last bit; false where there is none.
    var last: Bool { count > 0 && self[count - 1] }

    mutating func append(_ bit: Bool) {
        if count & 63 == 0 { words.append(0) }
        count += 1
        if bit { self[count - 1] = true }
    }

    /// The first index at or after `start` whose bit is `bit`; `count` where there is none.
    func next(_ bit: Bool, from start: Int) -> Int {
        guard start < count else { return count }
        let flip: UInt64 = bit ? 0 : .max
        var index = start >> 6
        var word = (words[index] ^ flip) & (UInt64.max << UInt64(start & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return count }
            word = words[index] ^ flip
        }
        return min(count, (index << 6) + word.trailingZeroBitCount)
    }

    /// The last index at or before `start` whose bit is `bit`; -1 where there is none.
    func previous(_ bit: Bool, from start: Int) -> Int {
        guard start >= 0 else { return -1 }
        let flip: UInt64 = bit ? 0 : .max
        var index = start >> 6
        var word = (words[index] ^ flip) & (UInt64.max >> UInt64(63 - (start & 63)))
        while word == 0 {
            index -= 1
            guard index >= 0 else { return -1 }
            word = words[index] ^ flip
        }
        return (index << 6) + 63 - word.leadingZeroBitCount
    }
}
