extension JSONValue {
    /// Whether both mean the same: numbers by their exact decimal value (`1`, `1.0` and `10e-1` are the same, `0` and
    /// `-0` too), strings by their code points, arrays in order, objects whatever the order of their members (of
    /// several with one name the last counts).
    ///
    /// Takes time linear in the size, times the depth at most.
    public func isEquivalent(to other: JSONValue) -> Bool {
        if isSameText(as: other) { return true }
        let kind = kind
        guard kind == other.kind else { return false }
        switch kind {
        case .null: return true
        case .bool: return boolValue == other.boolValue
        case .string: return hasSameContent(as: other)
        case .number:
            return withNumberBytes { mine in
                other.withNumberBytes { DecimalNumber(mine).isEqual(to: DecimalNumber($0)) } ?? false
            } ?? false
        case .array:
            let mine = elements
            let others = other.elements
            return mine.count == others.count && zip(mine, others).allSatisfy { $0.isEquivalent(to: $1) }
        case .object:
            return Self.areEquivalent(Self.lastOfEachName(rawMembers), Self.lastOfEachName(other.rawMembers))
        }
    }

    /// Compares members whose names are unique on each side.
    private static func areEquivalent(_ mine: [Member], _ others: [Member]) -> Bool {
        guard mine.count == others.count else { return false }
        var lookup: MemberLookup?
        for (index, member) in mine.enumerated() {
            if member.name.hasSameContent(as: others[index].name) {
                guard member.value.isEquivalent(to: others[index].value) else { return false }
                continue
            }
            let used = lookup ?? MemberLookup(others)
            lookup = used
            guard let place = used.last(member.name), member.value.isEquivalent(to: others[place].value) else {
                return false
            }
        }
        return true
    }

    private func isSameText(as other: JSONValue) -> Bool {
        guard case .node(let document, let index) = storage,
            case .node(let otherDocument, let otherIndex) = other.storage
        else { return false }
        if document === otherDocument && index == otherIndex { return true }
        return document.withBytes(of: index) { mine in
            otherDocument.withBytes(of: otherIndex) { mine.hasSameBytes(as: $0) }
        }
    }
}
