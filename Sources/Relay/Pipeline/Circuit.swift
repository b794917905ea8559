import GenesysCloud
import Observability
import Seams
import Synchronization

/// The shell of `CircuitState`: suspends and resumes the pool and the intake, waits for the next probe, and tells the
/// operator once per outage what is wrong.
final class Circuit: Sendable {
    private let state: Mutex<CircuitState>
    private let bell = Doorbell()
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger
    private let act: @Sendable (CircuitState.Action) -> Void
    private let isIdle: @Sendable () -> Bool

    /// - Parameters:
    ///   - isIdle: Whether no change runs or is ready to run, so that a probe would never come.
    ///   - act: Suspends, probes or resumes; called in the order of the decisions, must not call back.
    init(
        time: any TimeSource, random: any RandomSource, health: HealthBoard, logger: Logger,
        isIdle: @escaping @Sendable () -> Bool, act: @escaping @Sendable (CircuitState.Action) -> Void
    ) {
        state = Mutex(CircuitState())
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        self.isIdle = isIdle
        self.act = act
    }

    /// To be kept from the start of a change, and given back with what became of it.
    var epoch: Int { state.withLock { $0.epoch } }

    /// How long outages have lasted in all.
    var outageTime: Duration { state.withLock { $0.outageTime(at: time.now) } }

    /// A change met a fault of the set-up.
    func failed(_ error: GenesysError, startedIn epoch: Int) {
        let isFirst = decide { state in
            let wasClosed = state.phase == .closed
            let action = state.failed(startedIn: epoch, at: time.now, random: random)
            return (action, wasClosed && action != nil)
        }
        guard let isFirst else { return }
        health.report(.outage, error.setUpSentence)
        if isFirst {
            logger.error("the API refuses us or cannot be reached: intake paused", ["fault": error.description])
        } else {
            logger.warning("still no use of the API", ["fault": error.description])
        }
        bell.ring()
    }

    /// A change reached the API.
    func succeeded(startedIn epoch: Int) {
        if decide({ ($0.succeeded(startedIn: epoch, at: time.now), true) }) != nil { announceEnd() }
    }

    /// Waits for probes until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            switch state.withLock({ $0.phase }) {
            case .closed:
                await bell.wait()
            case .open(let probeAt):
                try? await time.sleep(until: probeAt)
                _ = decide { ($0.probeDue(at: time.now), true) }
            case .halfOpen:
                try? await time.sleep(for: .seconds(1))
                if isIdle(), decide({ ($0.nothingToProbe(at: time.now), true) }) != nil { announceEnd() }
            }
        }
    }

    /// Acts inside the lock, so that actions happen in the order in which they were decided.
    private func decide(_ body: (inout CircuitState) -> (CircuitState.Action?, Bool)) -> Bool? {
        state.withLock { state in
            let (action, answer) = body(&state)
            guard let action else { return nil }
            act(action)
            return answer
        }
    }

    private func announceEnd() {
        health.clear(.outage)
        logger.notice("the API answers again: intake resumed")
    }
}
