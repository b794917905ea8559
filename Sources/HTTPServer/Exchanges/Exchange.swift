import Synchronization

/// One request on its connection: the thin shell around `ExchangeState`.
///
/// Lock order: an exchange's lock, then the register's. Suspending and resuming happen inside the exchange's lock; both
/// only set marks within the library and call nothing of ours, and it is what keeps a resume from overtaking its
/// suspend, or from reaching a daemon that has been stopped.
final class Exchange: Sendable {
    struct Guarded {
        var state = ExchangeState()
        var connection: SuspendedConnection?
        var headSeen = false
        var body: [UInt8] = []
        var surplus = 0
    }

    let target: String
    private let register: ExchangeRegister
    private let guarded: Mutex<Guarded>

    init(target: String, register: ExchangeRegister) {
        self.target = target
        self.register = register
        guarded = Mutex(Guarded())
    }

    /// True at its first call only: the library's first call for a request shows its head.
    func headSeen() -> Bool {
        guarded.withLock { guarded in
            defer { guarded.headSeen = true }
            return !guarded.headSeen
        }
    }

    /// Takes in a piece of the body. What is beyond `limit` is read and forgotten, so that the client gets to read its
    /// 413; false when it is so much that reading on is pointless.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> Bool {
        guarded.withLock { guarded in
            let taken = bytes.prefix(limit + 1 - guarded.body.count)
            guarded.body.append(contentsOf: taken)
            guarded.surplus += bytes.count - taken.count
            return guarded.surplus <= Self.greatestSurplus
        }
    }

    private static let greatestSurplus = 16 * 1024 * 1024

    /// The body so far: one byte more than the limit when it was too long.
    func takeBody() -> [UInt8] {
        guarded.withLock { guarded in
            defer { guarded.body = [] }
            return guarded.body
        }
    }

    var isReceiving: Bool { guarded.withLock { $0.state.isReceiving } }
    var ending: Ending? { guarded.withLock { $0.state.ending } }

    func handlerCalled() {
        guarded.withLock { $0.state.handlerCalled() }
    }

    /// The handler returned: gives the ending that is known, or suspends the connection and gives nil.
    func endingOrSuspend(_ connection: OpaquePointer) -> Ending? {
        let (ending, watch) = guarded.withLock { guarded -> (Ending?, Bool) in
            switch guarded.state.handlerReturned() {
            case .end(let ending):
                return (ending, false)
            case .suspend:
                guard register.add(self) else {
                    guarded.state.completed()
                    return (.drop, false)
                }
                guarded.connection = SuspendedConnection(suspending: connection)
                return (nil, guarded.state.isHanging)
            }
        }
        if watch { watchForDeparture() }
        return ending
    }

    func finish(_ ending: Ending) {
        guarded.withLock { guarded in
            guard guarded.state.finish(ending) else { return }
            guarded.connection?.resume()
            guarded.connection = nil
            register.remove(self)
        }
    }

    func hang() {
        let watch = guarded.withLock { guarded in
            guarded.state.hang() && guarded.state.isHanging
        }
        if watch { watchForDeparture() }
    }

    private func watchForDeparture() {
        let socket = guarded.withLock { $0.connection?.socket }
        if let socket { register.departures.watch(socket, for: self) }
    }

    /// The library is done with the request; the connection is not ours any more.
    func completed() {
        guarded.withLock { guarded in
            guarded.state.completed()
            guarded.connection = nil
        }
    }
}
