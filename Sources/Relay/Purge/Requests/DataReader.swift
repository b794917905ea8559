import JSON
import Seams

/// Reads members of an event's data and notes what breaks their rules. A member that is null is one that is not there.
struct DataReader {
    private(set) var faults: [Rejection.Fault]

    init(faults: [Rejection.Fault] = []) {
        self.faults = faults
    }

    mutating func note(_ path: String, _ problem: String, _ code: ReasonCode = .invalidData) {
        faults.append(Rejection.Fault(code, at: path, problem))
    }

    /// The member where it is there; else nil, with a fault if it must be.
    mutating func member(
        _ name: String, of object: JSONValue, at path: String, isRequired: Bool = false
    ) -> JSONValue? {
        if let value = object[name], !value.isNull { return value }
        if isRequired { note("\(path).\(name)", "is missing") }
        return nil
    }

    /// The member where it is a string with something in it; nil where it is absent, and with a fault where it is
    /// anything else.
    mutating func text(_ name: String, of object: JSONValue, at path: String, isRequired: Bool = false) -> String? {
        guard let value = member(name, of: object, at: path, isRequired: isRequired) else { return nil }
        guard let text = value.unicodeText, !text.isEmpty else {
            note("\(path).\(name)", "must be a non-empty string")
            return nil
        }
        return text
    }

    /// The member where it is a string, perhaps with nothing in it; nil where it is absent, and with a fault where it is
    /// anything else.
    mutating func freeText(_ name: String, of object: JSONValue, at path: String) -> String? {
        guard let value = member(name, of: object, at: path) else { return nil }
        let text = value.unicodeText
        if text == nil { note("\(path).\(name)", "must be a string") }
        return text
    }

    /// The member where it is an object; nil where it is absent, and with a fault where it is anything else.
    mutating func object(
        _ name: String, of object: JSONValue, at path: String, isRequired: Bool = false
    ) -> JSONValue? {
        guard let value = member(name, of: object, at: path, isRequired: isRequired) else { return nil }
        guard value.kind == .object else {
            note("\(path).\(name)", "must be an object")
            return nil
        }
        return value
    }

    /// The member where it is a time in UTC; nil where it is absent, and with a fault where it is anything else.
    mutating func time(_ name: String, of object: JSONValue, at path: String, isRequired: Bool = false) -> WallTime? {
        guard let value = member(name, of: object, at: path, isRequired: isRequired) else { return nil }
        guard let text = value.stringValue, let time = WallTime(utc: text) else {
            note("\(path).\(name)", "must be a time in UTC as ISO 8601 writes it, such as 2026-11-22T22:00:00Z")
            return nil
        }
        return time
    }

    /// `data.requestId`, which must be an id, and the same as the record's key.
    mutating func requestID(_ data: JSONValue, key: [UInt8]?) -> String? {
        guard let value = member("requestId", of: data, at: "data", isRequired: true) else { return nil }
        // What is no Unicode text is no string to speak of.
        let id = value.unicodeText ?? ""
        if let problem = PurgeRequestID.problem(of: id) {
            note("data.requestId", problem)
            return nil
        }
        // Two partitions would mean two owners.
        guard let key, id.utf8.elementsEqual(key) else {
            note("data.requestId", "must be the same as the record's key")
            return nil
        }
        return id
    }
}

extension WallTime {
    /// Reads an ISO 8601 time in UTC (`Z` or `+00:00`) in the profile of RFC 3339, capital letters only; nil for
    /// everything else.
    init?(utc text: String) {
        guard text.utf8.last == UInt8(ascii: "Z") || text.utf8.suffix(6).elementsEqual("+00:00".utf8),
            !text.utf8.contains(UInt8(ascii: "t"))
        else { return nil }
        self.init(rfc3339: text)
    }
}
