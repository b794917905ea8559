import Seams
import Synchronization
import TestSupport

/// A clock that leaps to the deadline of whoever sleeps.
final class LeapingTime: TimeSource {
    private let moment = Mutex(Moment.start)

    var now: Moment { moment.withLock { $0 } }
    var wallTime: WallTime { WallTime(milliseconds: 0) }

    func sleep(until deadline: Moment) async throws {
        await turns(5)
        try Task.checkCancellation()
        moment.withLock { $0 = max($0, deadline) }
    }
}
