/// A JSON value. (Placeholder until the JSON room is built.)
public struct JSONValue: Sendable {
}
