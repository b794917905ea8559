import CCurl
import Glibc

/// The descriptors of one shard in epoll. Its thread alone uses it, after making.
final class Poller {
    /// What is ready on one descriptor.
    struct Readiness {
        let descriptor: Int32
        /// libcurl's `CURL_CSELECT_…`.
        let flags: Int32
    }

    private let epoll: Int32
    private let wakeDescriptor: Int32
    private var interest = SocketInterest()
    private let ready = UnsafeMutablePointer<ccurl_ready>.allocate(capacity: Int(ccurl_ready_max))

    /// - Throws: `connectFailed` when the process has no descriptor left.
    init(wakeDescriptor: Int32) throws(HTTPError) {
        self.wakeDescriptor = wakeDescriptor
        epoll = ccurl_epoll_create()
        guard epoll >= 0, ccurl_epoll_add_edge(epoll, wakeDescriptor) == 0 else { throw .noResources("epoll") }
    }

    deinit {
        if epoll >= 0 { Glibc.close(epoll) }
        ready.deallocate()
    }

    /// Fills `found` with what is ready, waiting for at most `milliseconds` (-1: without end).
    func wait(milliseconds: Int32, into found: inout [Readiness]) {
        found.removeAll(keepingCapacity: true)
        for index in 0..<Int(ccurl_epoll_wait(epoll, ready, milliseconds)) {
            let event = ready[index]
            guard event.descriptor != wakeDescriptor else { continue }
            guard interest.isWanted(event.descriptor) else {
                _ = ccurl_epoll_remove(epoll, event.descriptor)
                continue
            }
            found.append(
                Readiness(
                    descriptor: event.descriptor,
                    flags: (event.readable ? CURL_CSELECT_IN : 0) | (event.writable ? CURL_CSELECT_OUT : 0)
                        | (event.failed ? CURL_CSELECT_ERR : 0)))
        }
    }

    /// Watches a descriptor as libcurl wants it.
    func watch(_ descriptor: Int32, read: Bool, write: Bool) {
        switch interest.want(descriptor, read: read, write: write) {
        case .none: break
        case .add(let read, let write): _ = ccurl_epoll_add(epoll, descriptor, read, write)
        case .modify(let read, let write): _ = ccurl_epoll_modify(epoll, descriptor, read, write)
        case .remove: _ = ccurl_epoll_remove(epoll, descriptor)
        }
    }

    /// Opens a socket for libcurl; -1 when there is none to be had.
    func openSocket(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        if descriptor >= 0 { interest.opened(descriptor) }
        return descriptor
    }

    /// Closes what `openSocket` opened.
    func closeSocket(_ descriptor: Int32) -> Int32 {
        interest.closed(descriptor)
        return Glibc.close(descriptor)
    }
}
