import CCurl
import Glibc

/// A thread with its multi handle, seen from outside.
final class Shard: Sendable {
    private let mailbox: Mailbox

    /// Starts the thread, which runs until `close`.
    ///
    /// - Throws: `connectFailed` when the process lacks descriptors, memory or threads.
    init(settings: CurlTransport.Settings, connectionsPerHost: Int) throws(HTTPError) {
        mailbox = try Mailbox()
        try Self.run(Engine(mailbox: mailbox, settings: settings, connectionsPerHost: connectionsPerHost))
    }

    deinit {
        mailbox.close()
    }

    /// Sends a request and waits for what comes of it.
    func perform(_ request: PreparedRequest, endsWithTask: Bool) async -> ExchangeResult {
        let exchange = Exchange(request)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if !mailbox.post(.start(PendingExchange(exchange: exchange, continuation: continuation))) {
                    continuation.resume(returning: .failure(HTTPError(.closed, delivery: .notSent)))
                }
            }
        } onCancel: {
            guard endsWithTask else { return }
            exchange.markCancelled()
            _ = mailbox.post(.cancel(exchange))
        }
    }

    /// Ends the thread, and with `HTTPError.Kind.closed` all that is under way.
    func close() {
        mailbox.close()
    }

    /// Waits until the thread has let go of everything.
    func waitForEnd() async {
        await mailbox.waitForEnd()
    }

    private static func run(_ engine: Engine) throws(HTTPError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Signals are for the program's own threads: the new thread starts with all of them blocked.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let owned = Unmanaged.passRetained(engine)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { engine in
                ccurl_name_thread("http")
                // The engine is gone, with its descriptors, when the end is announced.
                let mailbox = Shard.runToEnd(Unmanaged<Engine>.fromOpaque(engine!).takeRetainedValue())
                mailbox.announceEnd()
                return nil
            }, owned.toOpaque())
        guard code == 0 else {
            owned.takeRetainedValue().dispose()
            errno = code
            throw .noResources("thread")
        }
    }

    private static func runToEnd(_ engine: consuming Engine) -> Mailbox {
        engine.run()
        return engine.mailbox
    }
}
