/// The last calls, oldest first; a new one takes the place of the oldest when the log is full.
struct RequestLog {
    private let capacity: Int
    private var calls: [LoggedCall] = []
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    mutating func append(_ call: LoggedCall) {
        if calls.count < capacity {
            calls.append(call)
        } else {
            calls[oldest] = call
            oldest = (oldest + 1) % capacity
        }
    }

    /// The calls whose number is above `number`, oldest first, at most `limit`.
    func calls(since number: Int, limit: Int) -> [LoggedCall] {
        guard limit > 0, let first = calls.isEmpty ? nil : calls[oldest].number else { return [] }
        let skipped = max(0, number - first + 1)
        guard skipped < calls.count else { return [] }
        return (skipped..<skipped + min(limit, calls.count - skipped)).map { calls[(oldest + $0) % calls.count] }
    }
}
