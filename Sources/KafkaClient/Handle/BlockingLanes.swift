/// Several threads for blocking calls: where one broker does not answer, calls to the others are not kept waiting for
/// long.
struct BlockingLanes: Sendable {
    private let lanes: [BlockingCalls]

    init(_ label: String, count: Int = 8) {
        lanes = (0..<count).map { BlockingCalls("\(label)-\($0)") }
    }

    /// Runs `body` later, after what came before with the same number; never once this is closed.
    func submit(_ number: Int, afterMilliseconds delay: Int = 0, _ body: @escaping @Sendable () -> Void) {
        lanes[number % lanes.count].submit(after: delay, body)
    }

    /// Refuses what comes from now on, and runs `last` after the calls under way, so that none uses what `last` frees.
    func finish(_ last: @escaping @Sendable () -> Void) {
        finish(lane: 0, last)
    }

    private func finish(lane: Int, _ last: @escaping @Sendable () -> Void) {
        guard lane < lanes.count else { return last() }
        lanes[lane].finish { finish(lane: lane + 1, last) }
    }
}
