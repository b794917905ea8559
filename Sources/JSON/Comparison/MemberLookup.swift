/// Finds members by name in a list that does not change meanwhile: by looking through a short list, by hash in a long
/// one, so that many look-ups stay linear in all.
struct MemberLookup {
    /// Up to this many members looking through them is quicker than hashing.
    static let longestScan = 16

    private let members: [JSONValue.Member]
    private let lastByName: [MemberName: Int]?

    init(_ members: [JSONValue.Member]) {
        self.members = members
        if members.count <= Self.longestScan {
            lastByName = nil
        } else {
            var last: [MemberName: Int] = [:]
            last.reserveCapacity(members.count)
            for (index, member) in members.enumerated() { last[MemberName(name: member.name)] = index }
            lastByName = last
        }
    }

    /// The place of the last member with this name.
    func last(_ name: JSONValue) -> Int? {
        guard let lastByName else {
            return name.withContent { wanted in
                members.lastIndex { $0.name.withContent { $0.hasSameBytes(as: wanted) } }
            }
        }
        return lastByName[MemberName(name: name)]
    }

    /// Whether the member at this place is the last with its name.
    func isLast(_ index: Int) -> Bool {
        last(members[index].name) == index
    }
}

extension JSONValue {
    /// The members that count: of several with one name the last, in their places.
    static func lastOfEachName(_ members: [Member]) -> [Member] {
        if members.count < 2 { return members }
        let lookup = MemberLookup(members)
        guard members.indices.contains(where: { !lookup.isLast($0) }) else { return members }
        return members.indices.filter(lookup.isLast).map { members[$0] }
    }
}
