/// Waits until `condition` holds, asking again and again.
///
/// - Throws: `NeverHappened` when it does not hold within `limit`.
func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        guard clock.now < deadline else { throw NeverHappened(what: what, limit: limit) }
        try await clock.sleep(for: .milliseconds(30))
    }
}

struct NeverHappened: Error, CustomStringConvertible {
    var what: String
    var limit: Duration

    var description: String { "not within \(limit): \(what)" }
}
