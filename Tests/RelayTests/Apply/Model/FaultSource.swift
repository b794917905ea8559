import GenesysCloud
import Synchronization
import TestSupport

/// Faults by chance: lost answers, refusals, conflicts that are none, and deaths of the process.
final class FaultSource: Sendable {
    private struct State {
        var isOn = true
        var callsUntilCrash: Int?
        var isDead = false
    }

    private let state = Mutex(State())
    private let random: SeededRandom
    /// One call in so many goes wrong; 0 for none.
    private let rate: Int

    init(random: SeededRandom, rate: Int) {
        self.random = random
        self.rate = rate
        isOn = rate > 0
    }

    var isOn: Bool {
        get { state.withLock { $0.isOn } }
        set { state.withLock { $0.isOn = newValue } }
    }

    /// Whether there are no faults at all, so that every state between two events can be compared.
    var isQuiet: Bool { rate == 0 }

    func attach(to api: InMemoryGenesys) {
        state.withLock {
            $0.isDead = false
            $0.callsUntilCrash = nil
        }
        api.inject { [self] call, _ in fault(call) }
    }

    /// The process dies within the next calls.
    func crashSoon() {
        guard isOn else { return }
        let calls = random.below(6)
        state.withLock { $0.callsUntilCrash = calls }
    }

    private func fault(_ call: InMemoryGenesys.LoggedCall) -> InMemoryGenesys.Fault? {
        let death = GenesysError(.cancelled, message: "the process died", mayHaveHappened: true)
        let draw = random.below(1000)
        let word = state.withLock { state -> InMemoryGenesys.Fault? in
            guard state.isOn else { return nil }
            if state.isDead { return .refused(death) }
            if let left = state.callsUntilCrash {
                state.callsUntilCrash = left - 1
                if left == 0 {
                    state.isDead = true
                    return draw % 2 == 0 ? .lost(death) : .refused(death)
                }
            }
            return nil
        }
        if let word { return word }
        guard isOn, rate > 0, random.below(rate) == 0 else { return nil }
        switch draw % 5 {
        case 0: return .refused(.unavailable)
        case 1: return .lost(.badGateway)
        case 2: return .lost(.timeOut)
        case 3: return call.verb == .create ? .refused(.conflicting) : .refused(.unavailable)
        default: return .lost(GenesysError(.connectionLost, message: "broken", mayHaveHappened: true))
        }
    }
}
