import Seams
import Synchronization

/// A clock that goes on by one stride whenever somebody looks at it, and whose sleeps end at once, at their deadline: for
/// what must not depend on the clock standing still between two looks.
final class StridingTime: TimeSource {
    private let stride: Duration
    private let moment = Mutex(Moment.start)

    init(stride: Duration) {
        self.stride = stride
    }

    var now: Moment {
        moment.withLock { moment in
            moment = moment + stride
            return moment
        }
    }

    var wallTime: WallTime { WallTime(milliseconds: 1_790_000_000_000) }

    func sleep(until deadline: Moment) async throws {
        try Task.checkCancellation()
        moment.withLock { $0 = max($0, deadline) }
    }
}
