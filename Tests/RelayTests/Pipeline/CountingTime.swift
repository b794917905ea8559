import Seams
import TestSupport

/// A clock that stands still until a test turns it, and counts the sleeps: what waits for a moment that has passed, again
/// and again, sleeps often.
struct CountingTime: TimeSource {
    let manual = ManualTime(passingOver: .milliseconds(50))
    private let count = Count()

    var sleeps: Int { count.value }
    var now: Moment { manual.now }
    var wallTime: WallTime { manual.wallTime }

    func sleep(until deadline: Moment) async throws {
        count.add()
        try await manual.sleep(until: deadline)
    }
}
