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
            return Self.areEquivalent(rawMembers, other.rawMembers)
        }
    }

    /// Compares each pair of values at most once: a second look at a pair on each level would double the work with
    /// every level.
    private static func areEquivalent(_ mine: [Member], _ others: [Member]) -> Bool {
        let areNamesAligned =
            mine.count == others.count && zip(mine, others).allSatisfy { $0.name.hasSameContent(as: $1.name) }
        return areNamesAligned ? areAlignedEquivalent(mine, others) : areUnorderedEquivalent(mine, others)
    }

    private static func areAlignedEquivalent(_ mine: [Member], _ others: [Member]) -> Bool {
        var lookup: MemberLookup?
        for index in mine.indices where !mine[index].value.isEquivalent(to: others[index].value) {
            // Only a member that a later one of its name overrides may differ.
            let used = lookup ?? MemberLookup(mine)
            lookup = used
            if used.isLast(index) { return false }
        }
        return true
    }

    private static func areUnorderedEquivalent(_ mine: [Member], _ others: [Member]) -> Bool {
        let mine = lastOfEachName(mine)
        let others = lastOfEachName(others)
        guard mine.count == others.count else { return false }
        let lookup = MemberLookup(others)
        return mine.allSatisfy { member in
            lookup.last(member.name).map { member.value.isEquivalent(to: others[$0].value) } ?? false
        }
    }

    /// Whether both are the very same part of one text, or parts that are spelt the same.
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
