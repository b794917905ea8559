/// Remembers the latest wake-ups by reason, so that none is lost on a run that is about to park for that reason.
///
/// A handler finds an organization missing; before it answers, the organization is made and those who wait for it are
/// woken; only then the lane is parked. Without this memory it would wait for its moment. The memory is bounded: what
/// it has forgotten counts as a wake-up, which costs one look too many.
struct WakeMemory {
    private static var capacity: Int { 1024 }

    /// The number of wake-ups so far.
    private(set) var count = 0
    private var latest: [ParkReason: Int] = [:]
    private var forgotten = 0

    mutating func note(_ reason: ParkReason) {
        count += 1
        if latest.count >= Self.capacity, latest[reason] == nil {
            latest.removeAll(keepingCapacity: true)
            forgotten = count - 1
        }
        latest[reason] = count
    }

    /// Whether those who wait for `reason` were woken after the first `start` wake-ups.
    func hasWoken(_ reason: ParkReason, after start: Int) -> Bool {
        max(latest[reason] ?? 0, forgotten) > start
    }
}
