import Synchronization

/// Tells whoever must know before it goes on whether a settlement got into the log. Answered once; one task waits for it.
final class SettlementReceipt: Sendable {
    private struct State {
        var answer: Bool?
        var isTooLarge = false
        var waiter: CheckedContinuation<Bool, Never>?
    }

    private let state = Mutex(State())

    /// Gives the answer; later ones change nothing.
    func answer(_ isCommitted: Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.answer == nil else { return nil }
            state.answer = isCommitted
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: isCommitted)
    }

    /// Whether it was no because a record is larger than its topic takes.
    var isTooLarge: Bool { state.withLock { $0.isTooLarge } }

    /// Answers no, because a record is larger than its topic takes.
    func refuse() {
        state.withLock { $0.isTooLarge = $0.answer == nil }
        answer(false)
    }

    /// Waits for the answer. Not ended by cancellation: the writer answers at its end at the latest.
    func answer() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.answer == nil { state.waiter = continuation }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
