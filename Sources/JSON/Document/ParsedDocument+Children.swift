extension ParsedDocument {
    /// The elements of an array's entry; empty for other entries.
    func elements(of index: UInt32) -> [JSONValue] {
        let entry = tape[Int(index)]
        guard entry.kind == .array else { return [] }
        var elements: [JSONValue] = []
        elements.reserveCapacity(entry.childCount)
        var child = index + 1
        while child < entry.next {
            elements.append(JSONValue(.node(self, child)))
            child = tape[Int(child)].next
        }
        return elements
    }

    /// The members of an object's entry, duplicates included; empty for other entries.
    func members(of index: UInt32) -> [JSONValue.Member] {
        let entry = tape[Int(index)]
        guard entry.kind == .object else { return [] }
        var members: [JSONValue.Member] = []
        members.reserveCapacity(entry.childCount)
        var name = index + 1
        while name < entry.next {
            members.append(
                JSONValue.Member(name: JSONValue(.node(self, name)), value: JSONValue(.node(self, name + 1))))
            name = tape[Int(name) + 1].next
        }
        return members
    }

    /// The last member with this name of an object's entry.
    func lastMember(named wanted: JSONValue, of index: UInt32) -> JSONValue? {
        let entry = tape[Int(index)]
        guard entry.kind == .object else { return nil }
        var found: UInt32?
        wanted.withContent { wanted in
            var name = index + 1
            while name < entry.next {
                if withContent(of: name, { $0.hasSameBytes(as: wanted) }) { found = name + 1 }
                name = tape[Int(name) + 1].next
            }
        }
        return found.map { JSONValue(.node(self, $0)) }
    }

    /// The decoded content of a string's entry.
    func withContent<Result>(of index: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withBytes(of: index) { bytes in
            let raw = UnsafeBufferPointer(rebasing: bytes[1..<bytes.count - 1])
            guard tape[Int(index)].hasEscapes else { return body(raw) }
            return StringContent.decoded(raw, loneSurrogates: .kept).withUnsafeBufferPointer(body)
        }
    }
}
