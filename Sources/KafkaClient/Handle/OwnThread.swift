internal import CRdKafka
internal import Glibc

/// A thread of our own, for what blocks or polls without end: on Swift's pool that would starve everything else.
enum OwnThread {
    private final class Work {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread that runs `body` and ends.
    ///
    /// - Parameter name: at most 15 bytes, for `top` and debuggers.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(KafkaError) {
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, entry, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw KafkaError(code: "_CRIT_SYS_RESOURCE", message: "cannot start a thread: error \(code)")
        }
        pthread_detach(thread)
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        relay_name_thread(work.name)
        work.body()
        return nil
    }
}
