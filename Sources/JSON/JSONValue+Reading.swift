extension JSONValue {
    /// What this value is.
    public var kind: Kind {
        switch storage {
        case .node(let document, let index): document.tape[Int(index)].kind
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether this is `null`. An absent member is nil, not a value that is null.
    public var isNull: Bool { kind == .null }

    /// The truth value; nil when this is not `true` or `false`.
    public var boolValue: Bool? {
        switch storage {
        case .bool(let value): value
        case .node(let document, let index) where document.tape[Int(index)].kind == .bool:
            document.bytes[Int(document.tape[Int(index)].start)] == UInt8(ascii: "t")
        default: nil
        }
    }

    /// The text of a string, its escapes decoded; lone surrogates show as U+FFFD. Nil when this is not a string.
    public var stringValue: String? {
        switch storage {
        case .string(let value): return value
        case .node(let document, let index):
            let entry = document.tape[Int(index)]
            guard entry.kind == .string else { return nil }
            return document.withBytes(of: index) { bytes in
                let raw = UnsafeBufferPointer(rebasing: bytes[1..<bytes.count - 1])
                return entry.hasEscapes
                    ? String(decoding: StringContent.decoded(raw, loneSurrogates: .replaced), as: UTF8.self)
                    : String(decoding: raw, as: UTF8.self)
            }
        default: return nil
        }
    }

    /// A number as it is written; nil when this is not a number.
    public var numberText: String? {
        switch storage {
        case .number(let text): text
        case .node(let document, let index) where document.tape[Int(index)].kind == .number:
            document.withBytes(of: index) { String(decoding: $0, as: UTF8.self) }
        default: nil
        }
    }

    /// The value of a number that is integral and fits, however it is spelt (`100`, `1e2`, `100.0`); else nil.
    public var intValue: Int64? { withNumberBytes { DecimalNumber($0).int64 } ?? nil }

    /// The nearest double to a number; nil when it is too large for one, or when this is not a number.
    public var doubleValue: Double? {
        guard let text = numberText, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The value of the member with this name, the last one if there are several; nil if there is none or this is
    /// not an object.
    public subscript(member: String) -> JSONValue? {
        let name = JSONValue.string(member)
        switch storage {
        case .object(let members): return members.last { $0.name.hasSameContent(as: name) }?.value
        case .node(let document, let index): return document.lastMember(named: name, of: index)
        default: return nil
        }
    }

    /// An object's members in their order, of several with one name only the last; empty when this is not an object.
    public var members: [(name: String, value: JSONValue)] {
        // A member's name is a string by construction.
        Self.lastOfEachName(rawMembers).map { ($0.name.stringValue ?? "", $0.value) }
    }

    /// An array's elements; empty when this is not an array.
    public var elements: [JSONValue] {
        switch storage {
        case .array(let elements): elements
        case .node(let document, let index): document.elements(of: index)
        default: []
        }
    }

    /// An object's members as they stand, duplicates included.
    var rawMembers: [Member] {
        switch storage {
        case .object(let members): members
        case .node(let document, let index): document.members(of: index)
        default: []
        }
    }
}
