import Foundation

/// How much is done: a short version of each test for every change, and a long one where `RELAY_TEST_LONG=1`.
enum Effort {
    static let isLong = ProcessInfo.processInfo.environment["RELAY_TEST_LONG"] == "1"

    static func short<Value>(_ short: Value, long: Value) -> Value { isLong ? long : short }
}
