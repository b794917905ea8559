extension JSONValue {
    /// Gives a member a value: in the place of the (last) member with this name, else at the end. Of several members
    /// with the name only that one remains. What is not an object becomes one with this single member.
    ///
    /// Takes time linear in the number of members.
    public mutating func set(_ member: String, to value: JSONValue) {
        let name = JSONValue.string(member)
        var members = takeMembers()
        if let place = members.lastIndex(where: { $0.name.hasSameContent(as: name) }) {
            members[place].value = value
            if members[..<place].contains(where: { $0.name.hasSameContent(as: name) }) {
                let kept = members[place...]
                members = members[..<place].filter { !$0.name.hasSameContent(as: name) } + kept
            }
        } else {
            members.append(Member(name: name, value: value))
        }
        storage = .object(members)
    }

    /// Takes out all members with this name; does nothing where there is none or this is not an object.
    public mutating func remove(_ member: String) {
        guard self[member] != nil else { return }
        let name = JSONValue.string(member)
        var members = takeMembers()
        members.removeAll { $0.name.hasSameContent(as: name) }
        storage = .object(members)
    }

    /// The members, with this value letting go of them so that they can be changed without a copy.
    private mutating func takeMembers() -> [Member] {
        let members = rawMembers
        storage = .null
        return members
    }
}
