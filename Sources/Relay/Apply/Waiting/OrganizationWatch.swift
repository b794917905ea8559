import GenesysCloud
import JSON
import Seams
import Synchronization

/// Waits for organizations that contacts name and that are not there yet: one look-up, repeated with back-off, serves
/// all who wait for the same one, and an organization's own event wakes them at once.
public final class OrganizationWatch: Sendable {
    private struct Observer {
        let appeared: @Sendable (String) -> Void
        let isAwaited: @Sendable (String) -> Bool
        let mayAsk: @Sendable () -> Bool
        let unanswered: @Sendable (Moment, Moment) -> Void
    }

    /// How often it looks whether it may ask again.
    private static let patience = Duration.seconds(1)

    private let state: Mutex<OrganizationWatchState>
    private let observer = Mutex<Observer?>(nil)
    private let memory: ResourceMemory
    private let api: any GenesysAPI
    private let time: any TimeSource
    private let random: any RandomSource
    private let bell = Doorbell()

    init(
        memory: ResourceMemory, api: any GenesysAPI, maxDelay: Duration, time: any TimeSource,
        random: any RandomSource
    ) {
        state = Mutex(OrganizationWatchState(maxDelay: maxDelay))
        self.memory = memory
        self.api = api
        self.time = time
        self.random = random
    }

    /// Says who is told, by external id, that an organization is there, who knows whether anybody still waits for it, and
    /// whether the API may be asked: not while it is away, where one probe speaks for all. `unanswered` is told from when to
    /// when look-ups failed: what waits does not grow old by that, and where nothing else is under way nobody else sees it.
    ///
    /// To be called once, before anything is applied; all may be called from any task.
    func observe(
        appeared: @escaping @Sendable (String) -> Void, isAwaited: @escaping @Sendable (String) -> Bool,
        mayAsk: @escaping @Sendable () -> Bool,
        unanswered: @escaping @Sendable (Moment, Moment) -> Void = { _, _ in }
    ) {
        observer.withLock {
            $0 = Observer(appeared: appeared, isAwaited: isAwaited, mayAsk: mayAsk, unanswered: unanswered)
        }
    }

    /// Whether a look-up has found nothing, and nothing has appeared since.
    func isMissing(_ externalID: String) -> Bool {
        state.withLock { $0.isMissing(ResourceName(.organization, externalID)) }
    }

    /// A look-up has found nothing.
    func missing(_ externalID: String) {
        let name = ResourceName(.organization, externalID)
        let now = time.now
        let end = state.withLock { $0.missing(name, at: now, random: random) }
        if !end.wasWaitedFor { bell.ring() }
        tell(end)
    }

    /// The organization is there: whoever waits for it goes on.
    func appeared(_ externalID: String) {
        let end = state.withLock { $0.remove(ResourceName(.organization, externalID)) }
        guard end.wasWaitedFor else { return }
        tell(end)
        observer.withLock { $0 }?.appeared(externalID)
    }

    private func tell(_ end: OrganizationWatchState.End) {
        guard let since = end.failingSince else { return }
        observer.withLock { $0 }?.unanswered(since, time.now)
    }

    /// Looks organizations up as their moments come, until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            if let next = state.withLock({ $0.nextLookUp }) {
                await time.run(until: next) { await self.bell.wait() }
            } else {
                await bell.wait()
            }
            guard mayAsk else {
                try? await time.sleep(for: Self.patience)
                continue
            }
            for name in state.withLock({ $0.takeDue(at: time.now, random: random) }) where !Task.isCancelled && mayAsk {
                await lookUp(name)
            }
        }
    }

    private var mayAsk: Bool { observer.withLock { $0 }?.mayAsk() ?? true }

    private func lookUp(_ name: ResourceName) async {
        let externalID = name.id
        if let observer = observer.withLock({ $0 }), !observer.isAwaited(externalID) {
            // Not only forgotten but announced: a lane that is about to park for it tries once more instead.
            appeared(externalID)
            return
        }
        let began = time.now
        var tally = CallTally()
        let found: JSONValue?
        do {
            found = try await api.find(.organization, externalID: externalID, tally: &tally)
        } catch {
            switch error.kind {
            case .credentialsRefused, .forbidden, .unreachable, .rateLimited:
                // Who waits tries for itself, meets the fault, and so the intake pauses and says why: waiting must not
                // grow old unseen while the API is away.
                appeared(externalID)
            default:
                state.withLock { $0.failed(name, from: began) }
            }
            return
        }
        guard let id = found?["id"]?.stringValue else {
            tell(state.withLock { $0.answered(name) })
            return
        }
        memory.remember(.organization, externalID: externalID, id: id)
        appeared(externalID)
    }
}
