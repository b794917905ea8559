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
        let named = MemberLookup(changes)
        var isRemoved = [Bool](repeating: false, count: result.count)
        for (index, member) in result.enumerated() where named.last(member.name) != nil {
            isRemoved[index] = true
        }
        for change in changes {
            let place = before.last(change.name)
            guard !change.value.isNull else { continue }
            if let place {
                result[place].value = result[place].value.merging(patch: change.value)
                isRemoved[place] = false
            } else {
                let value = change.value.kind == .object ? JSONValue(.object([])) : .null
                result.append(Member(name: change.name, value: value.merging(patch: change.value)))
                isRemoved.append(false)
            }
        }
        if isRemoved.contains(true) { result = zip(result, isRemoved).filter { !$1 }.map(\.0) }
        return JSONValue(.object(result))
    }
}
