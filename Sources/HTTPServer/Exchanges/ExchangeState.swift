/// How a request ends.
enum Ending: Sendable {
    case respond(ServerResponse)
    case drop
}

/// Where one request stands between its first byte and its end: the rules, without locks and without the library.
struct ExchangeState {
    private enum Phase {
        /// Head or body are still coming in.
        case receiving
        /// The handler has the request and has not returned.
        case handling
        /// The handler returned without an answer: the connection is suspended.
        case suspended
        /// The answer is known and waits for the server's thread.
        case ending(Ending)
        /// The library is done with the request.
        case over
    }

    private var phase = Phase.receiving
    private(set) var hangs = false

    /// The handler is about to be asked.
    mutating func handlerCalled() {
        guard case .receiving = phase else { return }
        phase = .handling
    }

    enum AfterHandler {
        case end(Ending)
        case suspend
    }

    /// The handler returned: what the server's thread does now.
    mutating func handlerReturned() -> AfterHandler {
        switch phase {
        case .ending(let ending):
            return .end(ending)
        case .handling:
            phase = .suspended
            return .suspend
        case .receiving, .suspended, .over:
            return .end(.drop)
        }
    }

    /// Someone decided how the request ends. True when the connection has to be resumed for it.
    mutating func finish(_ ending: Ending) -> Bool {
        switch phase {
        case .handling where hangs, .suspended where hangs:
            // Only the client's leaving or the server's stop ends a request that hangs.
            guard case .drop = ending else { return false }
        case .handling, .suspended:
            break
        case .receiving, .ending, .over:
            return false
        }
        defer { phase = .ending(ending) }
        if case .suspended = phase { return true }
        return false
    }

    /// The request shall never be answered. False when it has ended already.
    mutating func hang() -> Bool {
        switch phase {
        case .handling, .suspended:
            guard !hangs else { return false }
            hangs = true
            return true
        case .receiving, .ending, .over:
            return false
        }
    }

    /// True while the connection is suspended and shall stay so.
    var isHanging: Bool {
        if case .suspended = phase { return hangs }
        return false
    }

    /// How the request ends, asked by the server's thread after the connection was resumed; nil while that is open.
    var ending: Ending? {
        if case .ending(let ending) = phase { return ending }
        return nil
    }

    /// True until the handler was asked.
    var isReceiving: Bool {
        if case .receiving = phase { return true }
        return false
    }

    mutating func completed() {
        phase = .over
    }
}
