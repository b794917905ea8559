import Glibc

/// A thread that is started at once and must be joined by its owner. It takes no signals: those are for the main
/// program.
package final class OwnedThread: Sendable {
    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    package init(_ body: @escaping @Sendable () -> Void) {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(Work(body)).toOpaque())
        precondition(failure == 0, "pthread_create failed with \(failure): the machine has no room for a thread")
        self.handle = handle
    }

    /// Waits until the body has returned. Must be called once, and not from the thread itself.
    package func join() {
        pthread_join(handle, nil)
    }
}
