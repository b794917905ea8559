/// Finds members by name in a list that does not change meanwhile: in a short list by looking through fingerprints of
/// the names, in a long one by hash, so that many look-ups stay linear in all.
struct MemberLookup {
    /// Up to this many members looking through them is quicker than hashing.
    static let longestScan = 16

    private let members: [JSONValue.Member]
    /// Of a short list, one for each member.
    private let fingerprints: [UInt64]
    /// Of a long list.
    private let lastByName: [MemberName: Int]
    /// Whether no two members have the same name.
    let areNamesUnique: Bool

    init(_ members: [JSONValue.Member]) {
        self.members = members
        guard members.count > Self.longestScan else {
            fingerprints = members.map { $0.name.withContent(Self.fingerprint) }
            lastByName = [:]
            areNamesUnique = Self.areDistinct(members, fingerprints)
            return
        }
        var last: [MemberName: Int] = [:]
        last.reserveCapacity(members.count)
        for (index, member) in members.enumerated() { last[MemberName(name: member.name)] = index }
        fingerprints = []
        lastByName = last
        areNamesUnique = last.count == members.count
    }

    var count: Int { members.count }

    /// The place of the last member with this name.
    func last(_ name: JSONValue) -> Int? {
        guard lastByName.isEmpty else { return lastByName[MemberName(name: name)] }
        let fingerprint = name.withContent(Self.fingerprint)
        return fingerprints.indices.last {
            fingerprints[$0] == fingerprint && members[$0].name.hasSameContent(as: name)
        }
    }

    /// Whether the member at this place is the last with its name.
    func isLast(_ index: Int) -> Bool {
        areNamesUnique || last(members[index].name) == index
    }

    private static func areDistinct(_ members: [JSONValue.Member], _ fingerprints: [UInt64]) -> Bool {
        for later in fingerprints.indices {
            for earlier in 0..<later
            where fingerprints[earlier] == fingerprints[later]
                && members[earlier].name.hasSameContent(as: members[later].name)
            {
                return false
            }
        }
        return true
    }

    /// Equal for equal names, seldom for others: made of the length, the first eight bytes and the last eight.
    private static func fingerprint(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(name)
        guard bytes.count >= 8 else {
            return bytes.reduce(UInt64(bytes.count)) { $0 << 8 | UInt64($1) }
        }
        let first = bytes.loadUnaligned(as: UInt64.self)
        let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        return (first &* 0x9E37_79B9_7F4A_7C15) ^ last &+ UInt64(bytes.count)
    }
}

extension JSONValue {
    /// The members that count: of several with one name the last, in their places.
    static func lastOfEachName(_ members: [Member]) -> [Member] {
        if members.count < 2 { return members }
        let lookup = MemberLookup(members)
        return lookup.areNamesUnique ? members : members.indices.filter(lookup.isLast).map { members[$0] }
    }
}
