import GenesysCloud
import KafkaClient
import Seams
import Synchronization

/// Whether this replica may still write to the API: it may not when it has been thrown out of its group without knowing.
///
/// A member is thrown out when it is silent for a session time-out, as a process is that was stopped. So a run keeps in
/// mind how often the poll loop had stood still when it began to read, and writes only while that has not changed and the
/// loop has gone round within half a session time-out. After the loop has stood still nobody knows what the group thinks of
/// this member: nothing is begun until a commit that names its place in the group has been accepted.
final class WriteFence: Sendable {
    /// How often the poll loop had stood still when a run began.
    struct Pass: Sendable {
        fileprivate let stalls: Int
    }

    private struct State {
        var proven = 0
        var isDoubtKnown = false
    }

    private let state = Mutex(State())
    private let consumer: any KafkaConsuming
    private let limit: Duration

    /// - Parameter limit: Half a session time-out.
    init(consumer: any KafkaConsuming, limit: Duration) {
        self.consumer = consumer
        self.limit = limit
    }

    /// What a run needs before it reads; nil while there is a doubt.
    func pass() -> Pass? {
        let pulse = consumer.pulse
        guard pulse.age <= limit, state.withLock({ $0.proven }) == pulse.stalls else { return nil }
        return Pass(stalls: pulse.stalls)
    }

    /// Whether a run with this pass may write now.
    func permits(_ pass: Pass) -> Bool {
        let pulse = consumer.pulse
        return pulse.age <= limit && pulse.stalls == pass.stalls
    }

    // MARK: Proof

    /// How often the loop has stood still up to now: to be asked before the place in the group is.
    var stalls: Int { consumer.pulse.stalls }

    /// Whether a commit is wanted for the sake of its answer.
    var wantsProof: Bool { state.withLock { $0.proven } < stalls }

    /// Whether the doubt is a new one, for whoever logs it; true once for each.
    func noteDoubt() -> Bool {
        let wantsProof = wantsProof
        return state.withLock { state in
            defer { state.isDoubtKnown = wantsProof }
            return wantsProof && !state.isDoubtKnown
        }
    }

    /// The group has accepted a commit for which the place was asked after `stalls` was.
    func proven(_ stalls: Int) {
        state.withLock { state in
            state.proven = max(state.proven, stalls)
            state.isDoubtKnown = false
        }
    }
}
