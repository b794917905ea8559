extension JSONValue {
    /// This value changed by a JSON Merge Patch (RFC 7396): members of the patch replace, `null` removes, objects are
    /// merged member by member, all else (arrays too) is taken whole.
    ///
    /// Members that the patch does not name keep their bytes and their order; new ones follow in the patch's order. Of
    /// several members with one name the last counts, in the patch as well; once named by the patch only one remains.
    public func merging(patch: JSONValue) -> JSONValue {
        guard patch.kind == .object else { return patch }
        var result = rawMembers
        let changes = Self.lastOfEachName(patch.rawMembers)
        let before = MemberLookup(result)
        var removed: [Int] = []
        for change in changes {
            if let place = before.last(change.name) {
                if change.value.isNull {
                    removed.append(place)
                } else {
                    result[place].value = result[place].value.merging(patch: change.value)
                }
            } else if !change.value.isNull {
                result.append(Member(name: change.name, value: JSONValue.null.merging(patch: change.value)))
            }
        }
        if !before.areNamesUnique {
            let named = MemberLookup(changes)
            removed += (0..<before.count).filter { !before.isLast($0) && named.last(result[$0].name) != nil }
        }
        if !removed.isEmpty {
            var isRemoved = [Bool](repeating: false, count: result.count)
            for place in removed { isRemoved[place] = true }
            result = zip(result, isRemoved).filter { !$1 }.map(\.0)
        }
        return JSONValue(.object(result))
    }
}
