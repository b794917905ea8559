import GenesysCloud
import Observability
import Seams
import Synchronization
import WorkerPool

/// The shell of `CircuitState`: suspends and resumes the pool and the intake, reads when it is time to try the API, and
/// tells the operator once per outage what is wrong.
final class Circuit: Sendable {
    /// What the circuit acts on.
    struct Hands: Sendable {
        /// Suspends, probes or resumes; called inside the lock, in the order of the decisions: must not call back.
        var act: @Sendable (CircuitState.Action) -> Void
        /// A read has said something: lanes that wait for it ask again.
        var wake: @Sendable () -> Void
        /// Whether no change runs or is ready to run, so that a probe would never come.
        var isIdle: @Sendable () -> Bool
    }

    private let state: Mutex<CircuitState>
    private let bell = Doorbell()
    private let api: (any GenesysAPI)?
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger
    private let hands: Hands

    /// - Parameter api: Asked by a harmless read whether a fault is the set-up's; without it, every such fault is.
    init(
        api: (any GenesysAPI)?, time: any TimeSource, random: any RandomSource, health: HealthBoard, logger: Logger,
        hands: Hands
    ) {
        state = Mutex(CircuitState(canRead: api != nil))
        self.api = api
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        self.hands = hands
    }

    /// To be kept from the start of a run, and given back with what became of it.
    var epoch: Int { state.withLock { $0.epoch } }

    /// All outages so far, the present one included.
    var outages: Outages { state.withLock { $0.outages } }

    /// How it stands.
    var status: CircuitStatus { state.withLock { $0.status } }

    /// A run has ended, at `now`.
    ///
    /// - Returns: What is to be made of its fault; of no meaning where it had none.
    func report(_ run: RunReport, at now: Moment) -> Ruling {
        let (ruling, change) = change(at: now) { state -> (Ruling, CircuitState.Action?) in
            state.report(run, at: now, random: random)
        }
        if case .pending = ruling { bell.ring() }
        tell(change)
        return ruling
    }

    /// A change would be given up for that failure, `begin` being that of the first attempt at it that counts.
    ///
    /// - Returns: What is to be made of the failure.
    func lastWord(on fault: GenesysError, since begin: Moment, at now: Moment) -> Ruling {
        let ruling = state.withLock { $0.lastWord(on: fault, since: begin, at: now) }
        if case .pending = ruling { bell.ring() }
        return ruling
    }

    /// Nothing grows old by that time: a part of the API failed, seen by who waits for it alone.
    func excuse(from begin: Moment, to end: Moment) {
        state.withLock { $0.excuse(from: begin, to: end) }
    }

    /// What the read says on which a ruling waits; nil while it says nothing.
    func ruling(on ticket: ReadVerdicts.Ticket) -> Ruling? {
        state.withLock { $0.ruling(on: ticket) }
    }

    /// Tries the API when it is time to, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = time.now
            switch state.withLock({ $0.step(at: now) }) {
            case .rest(nil): await bell.wait()
            case .rest(let moment?): await time.run(until: moment) { await self.bell.wait() }
            case .read(let type): await read(type, at: now)
            case .watch:
                try? await time.sleep(for: .seconds(1))
                if hands.isIdle() { resumeOnTrust() }
            }
        }
    }

    private func read(_ type: ResourceType, at now: Moment) async {
        let epoch = state.withLock { state in
            state.readBegan(type, at: now)
            return state.epoch
        }
        var fault: GenesysError?
        if let api {
            var tally = CallTally()
            do throws(GenesysError) { try await api.probe(type, tally: &tally) } catch { fault = error }
        }
        let end = time.now
        let (_, change) = change(at: end) { state in
            ((), state.readEnded(type, fault, startedIn: epoch, at: end, random: random))
        }
        tell(change)
        hands.wake()
    }

    /// Nothing is there to try the API with: what comes next will show whether it answers. Readiness waits for that, unless
    /// the read has shown it.
    private func resumeOnTrust() {
        let isKnown = state.withLock { state -> Bool? in
            guard let action = state.nothingToProbe(at: time.now) else { return nil }
            if !state.isOnTrust { health.clear(.outage) }
            hands.act(action)
            return !state.isOnTrust
        }
        switch isKnown {
        case nil: return
        case true?: tell(.over)
        case false?: logger.info("nothing to try the API with: intake resumed until the next fault")
        }
    }

    // MARK: What follows

    private enum Change {
        case opened(GenesysError)
        case stillOpen(GenesysError)
        case over
    }

    private func change<Result>(
        at now: Moment, _ body: (inout CircuitState) -> (Result, CircuitState.Action?)
    ) -> (Result, Change?) {
        state.withLock { state in
            let wasOpen = state.outage != nil
            let (result, action) = body(&state)
            guard let action else { return (result, nil) }
            var change: Change?
            switch action {
            case .suspend:
                if let fault = state.outage?.fault {
                    health.report(.outage, fault.outageSentence(at: now, wallTime: time.wallTime))
                    change = wasOpen ? .stillOpen(fault) : .opened(fault)
                }
            case .probe:
                break
            case .resume, .confirm:
                health.clear(.outage)
                change = .over
            }
            hands.act(action)
            return (result, change)
        }
    }

    private func tell(_ change: Change?) {
        switch change {
        case nil: return
        case .opened(let fault):
            logger.error("the API refuses us, fails or cannot be reached: intake paused", ["fault": fault.description])
            // Lanes that wait for a read can be tried as soon as the API is.
            hands.wake()
        case .stillOpen(let fault): logger.warning("still no use of the API", ["fault": fault.description])
        case .over: logger.notice("the API answers again")
        }
        bell.ring()
    }
}

extension ParkReason {
    /// A read must tell whether the lane's fault is its own.
    static let verdict = ParkReason(kind: "verdict")
}
