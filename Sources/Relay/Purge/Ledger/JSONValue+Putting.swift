import JSON
import Seams

/// Members that are left out where there is no value.
extension JSONValue {
    mutating func put(_ member: String, _ value: String?) {
        if let value { set(member, to: .string(value)) }
    }

    mutating func put(_ member: String, _ value: Int64?) {
        if let value { set(member, to: .number(value)) }
    }

    mutating func put(_ member: String, _ value: WallTime?) {
        put(member, value?.description)
    }

    mutating func put(_ member: String, _ value: JSONValue?) {
        if let value { set(member, to: value) }
    }

    /// The member as a time; nil where it is none.
    func time(_ member: String) -> WallTime? { self[member]?.stringValue.flatMap { WallTime(rfc3339: $0) } }
}
