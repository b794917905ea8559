import GenesysCloud
import Seams
import Synchronization

/// A quota of which only the pace of polls matters, which a test sets.
final class ScriptedPollPace: QuotaGoverning {
    private let pace: Mutex<Double?>

    init(_ pollsPerMinute: Double?) {
        pace = Mutex(pollsPerMinute)
    }

    var pollsPerMinute: Double? { pace.withLock { $0 } }

    func set(_ pollsPerMinute: Double?) { pace.withLock { $0 = pollsPerMinute } }

    func setShare(_ share: RequestShare) {}

    func holdNobody(beyond moment: Moment?) {}

    func observeRoom(_ body: @escaping @Sendable (Int) -> Void) { body(8) }
}
