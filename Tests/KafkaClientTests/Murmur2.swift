/// Austin Appleby's MurmurHash2 with Kafka's seed, written down once more to check librdkafka's against it.
enum Murmur2 {
    static func positiveHash(_ bytes: [UInt8]) -> UInt32 { hash(bytes) & 0x7fff_ffff }

    static func hash(_ bytes: [UInt8]) -> UInt32 {
        let factor: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(bytes.count)
        var rest = bytes[...]
        while rest.count >= 4 {
            var word = rest.prefix(4).reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            word = word &* factor
            word ^= word >> 24
            word = word &* factor
            hash = (hash &* factor) ^ word
        }
        if !rest.isEmpty {
            hash ^= rest.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }
}
