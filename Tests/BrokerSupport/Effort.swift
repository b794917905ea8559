import Foundation

/// How much is done: a short version of each test for every change, and a long one where `RELAY_TEST_LONG=1`.
public enum Effort {
    /// Whether the long versions are wanted.
    public static let isLong = ProcessInfo.processInfo.environment["RELAY_TEST_LONG"] == "1"

    /// The one or the other, by what is wanted.
    public static func short<Value>(_ short: Value, long: Value) -> Value { isLong ? long : short }
}
