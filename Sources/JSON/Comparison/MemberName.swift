/// A member's name as a key: equal when the decoded code points are.
struct MemberName: Hashable {
    /// A value of kind string.
    let name: JSONValue

    static func == (one: MemberName, other: MemberName) -> Bool {
        one.name.hasSameContent(as: other.name)
    }

    func hash(into hasher: inout Hasher) {
        name.withContent { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
