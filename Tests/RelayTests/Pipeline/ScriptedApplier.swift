import GenesysCloud
import Relay
import Synchronization

/// An applier that answers what a test says, counts who runs at once, and can hold a change until it is let go.
final class ScriptedApplier: Applying {
    private struct State {
        var log: [String] = []
        var hearings = 0
        var permits: [String: WritePermit] = [:]
        var held: [String: CheckedContinuation<Void, Never>?] = [:]
    }

    private let state = Mutex(State())
    private let answer: @Sendable (ResourceChange, Int) async -> ApplyResult

    /// `answer` gets the change and how often this very change was tried before.
    init(
        _ answer: @escaping @Sendable (ResourceChange, Int) async -> ApplyResult = { _, _ in .applied }
    ) {
        self.answer = answer
    }

    /// External ids in the order in which they were tried.
    var log: [String] { state.withLock { $0.log } }

    /// How often partitions came.
    var hearings: Int { state.withLock { $0.hearings } }

    /// What the last try of this external id was given to ask before it writes.
    func permit(of name: String) -> WritePermit? { state.withLock { $0.permits[name] } }

    /// Holds the next try of this external id until `letGo`.
    func hold(_ name: String) { state.withLock { $0.held[name] = .some(nil) } }

    func letGo(_ name: String) {
        let continuation = state.withLock { $0.held.removeValue(forKey: name) ?? nil }
        continuation?.resume()
    }

    /// Lets all go that are held: for a test that has failed.
    func letAllGo() {
        for name in state.withLock({ Array($0.held.keys) }) { letGo(name) }
    }

    /// Waits until this external id is being tried. Ends with the time limit of the test.
    func arrival(of name: String) async {
        while !log.contains(name), !Task.isCancelled { await Task.yield() }
    }

    func ownershipChanged() { state.withLock { $0.hearings += 1 } }

    func apply(_ changes: [PendingChange], permit: WritePermit) async -> ApplyResult {
        let change = changes[0].change
        let name = change.externalID ?? ""
        let earlier = state.withLock { state in
            let earlier = state.log.count { $0 == name }
            state.log.append(name)
            state.permits[name] = permit
            return earlier
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isHeld = state.withLock { state in
                guard state.held[name] != nil else { return false }
                state.held[name] = .some(continuation)
                return true
            }
            if !isHeld { continuation.resume() }
        }
        return await answer(change, earlier)
    }
}

extension ApplyResult {
    static var applied: ApplyResult {
        var tally = CallTally()
        tally.requests = 2
        tally.answered = [APIOperations(.readContact), APIOperations(.replaceContact)]
        return ApplyResult(settled: [AppliedChange(.applied(.updated), contactID: "c-1", tally: tally)])
    }

    static func interrupted(_ interruption: Interruption) -> ApplyResult {
        var tally = CallTally()
        tally.requests = 1
        return ApplyResult(settled: [], interruption: interruption, interruptedTally: tally)
    }
}
