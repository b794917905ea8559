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
    ///   - act: Suspends, probes or resumes; called inside the lock, in the order of the decisions: must not call back.
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
        let wasOpenBefore = state.withLock { state -> Bool? in
            let wasOpenBefore = state.openSince != nil
            guard let action = state.failed(startedIn: epoch, at: time.now, random: random) else { return nil }
            health.report(.outage, error.setUpSentence)
            act(action)
            return wasOpenBefore
        }
        switch wasOpenBefore {
        case false: logger.error("the API refuses us or cannot be reached: intake paused", ["fault": error.description])
        case true: logger.warning("still no use of the API", ["fault": error.description])
        default: return
        }
        bell.ring()
    }

    /// A change reached the API.
    func succeeded(startedIn epoch: Int) {
        let isOver = state.withLock { state -> Bool in
            guard let action = state.succeeded(startedIn: epoch, at: time.now) else { return false }
            health.clear(.outage)
            act(action)
            return true
        }
        if isOver { logger.notice("the API answers again") }
    }

    /// Waits for probes until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            switch state.withLock({ $0.phase }) {
            case .closed:
                await bell.wait()
            case .open(let probeAt):
                try? await time.sleep(until: probeAt)
                state.withLock { state in
                    if let action = state.probeDue(at: time.now) { act(action) }
                }
            case .halfOpen:
                try? await time.sleep(for: .seconds(1))
                if isIdle() { resumeOnTrust() }
            }
        }
    }

    /// Nothing is there to try the API with: what comes next will show whether it answers. Readiness waits for that.
    private func resumeOnTrust() {
        let isResumed = state.withLock { state -> Bool in
            guard let action = state.nothingToProbe(at: time.now) else { return false }
            act(action)
            return true
        }
        if isResumed { logger.info("nothing to try the API with: intake resumed until the next fault") }
    }
}
