import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM, heard instead of ending the process.
///
/// The C handler only writes the number into a pipe, which is all that one may do there; everything else happens on a
/// queue. (A signalfd would need the signals blocked in every thread, also those that the C libraries start.)
enum Signals {
    /// What is listened to.
    static let heard = [SIGINT, SIGTERM]

    /// A handler in force.
    struct Listening: Sendable {
        fileprivate let id: Int

        /// Ends it. With the last one the signals mean again what they meant before. Calling it again does nothing.
        func stop() { Signals.stop(id) }
    }

    private struct Hub {
        var handlers: [Int: @Sendable (Int32) -> Void] = [:]
        var nextID = 0
        var previous: [(signal: Int32, action: sigaction)] = []
        /// Made with the first listener and kept until the process ends.
        var source: (any DispatchSourceRead)?
    }

    private static let hub = Mutex(Hub())
    private static let writeEnd = Atomic<Int32>(-1)
    private static let queue = DispatchQueue(label: "signals")

    /// Calls `handler` with each signal that comes from now on, one at a time, on a queue of its own.
    @discardableResult
    static func listen(_ handler: @escaping @Sendable (Int32) -> Void) -> Listening {
        hub.withLock { hub in
            if hub.source == nil { hub.source = makeSource() }
            if hub.handlers.isEmpty { hub.previous = heard.map { ($0, install(for: $0)) } }
            hub.nextID += 1
            hub.handlers[hub.nextID] = handler
            return Listening(id: hub.nextID)
        }
    }

    /// `SIGINT` or `SIGTERM`, for people.
    static func name(of signal: Int32) -> String {
        switch signal {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        default: "signal \(signal)"
        }
    }

    private static func stop(_ id: Int) {
        hub.withLock { hub in
            guard hub.handlers.removeValue(forKey: id) != nil, hub.handlers.isEmpty else { return }
            for entry in hub.previous {
                var action = entry.action
                sigaction(entry.signal, &action, nil)
            }
            hub.previous = []
        }
    }

    /// Sets the handler and gives what was in its place.
    private static func install(for signal: Int32) -> sigaction {
        var action = sigaction()
        var previous = sigaction()
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { signal in
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: signal)
            _ = Glibc.write(Signals.writeEnd.load(ordering: .relaxed), &byte, 1)
            errno = saved
        }
        sigaction(signal, &action, &previous)
        return previous
    }

    private static func makeSource() -> any DispatchSourceRead {
        var ends: [Int32] = [-1, -1]
        // Only a process without a free descriptor fails here, and it has not begun to work yet.
        precondition(pipe(&ends) == 0, "Signals: no pipe, error \(errno)")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // Neither the handler nor the queue may wait here.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let readEnd = ends[0]
        writeEnd.store(ends[1], ordering: .relaxed)
        let source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: queue)
        source.setEventHandler {
            var byte: UInt8 = 0
            while Glibc.read(readEnd, &byte, 1) == 1 {
                for handler in hub.withLock({ Array($0.handlers.values) }) { handler(Int32(byte)) }
            }
        }
        source.activate()
        return source
    }
}
