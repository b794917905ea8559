import Synchronization

/// The requests that wait, so that a stop can end them: the library must not be stopped while a connection is
/// suspended.
final class ExchangeRegister: Sendable {
    private struct Waiting {
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var isOpen = true
    }

    private let waiting = Mutex(Waiting())
    let departures = DepartureWatch()

    /// False once the server stops: then nothing may be suspended any more.
    func add(_ exchange: Exchange) -> Bool {
        waiting.withLock { waiting in
            guard waiting.isOpen else { return false }
            waiting.exchanges[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    func remove(_ exchange: Exchange) {
        waiting.withLock { _ = $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// Ends all that waits without an answer, and lets nothing wait any more.
    func close() {
        departures.stop()
        let left = waiting.withLock { waiting in
            waiting.isOpen = false
            // They stay in the register until each is resumed; an exchange that another thread resumes right now is
            // still among these, and its lock makes us wait for that.
            return Array(waiting.exchanges.values)
        }
        for exchange in left { exchange.finish(.drop) }
    }
}
