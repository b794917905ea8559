import Glibc
import Synchronization

/// A TCP server on loopback that does to each connection just what a test says, with a thread per connection.
final class RawServer: Sendable {
    /// What happened, in the order it happened.
    enum Event: Sendable {
        case connected
        case received(RawRequest)
        case disconnected
    }

    let port: UInt16
    let events: AsyncStream<Event>
    private let listener: Int32
    private let continuation: AsyncStream<Event>.Continuation
    private let state = Mutex(State())
    private let script: @Sendable (RawConnection) -> Void

    private struct State {
        var requests: [RawRequest] = []
        var open: Set<Int32> = []
        var accepted = 0
        var mostOpen = 0
        var isStopped = false
    }

    /// Listens at once; `script` is run for each connection, on a thread, and its end closes the connection.
    init(_ script: @escaping @Sendable (RawConnection) -> Void) {
        self.script = script
        (events, continuation) = AsyncStream.makeStream()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, size) == 0 && listen(listener, 1024) == 0)
                getsockname(listener, pointer, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        onThread { [self] in acceptAll() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [RawRequest] { state.withLock { $0.requests } }
    var acceptedConnections: Int { state.withLock { $0.accepted } }
    var mostOpenConnections: Int { state.withLock { $0.mostOpen } }

    /// New connections are refused from now on.
    func stopListening() {
        let first = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard first else { return }
        // Ends the listening at once, and the accept that waits.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Ends everything.
    func stop() {
        stopListening()
        state.withLock { state in
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    fileprivate func note(_ request: RawRequest) {
        state.withLock { $0.requests.append(request) }
        continuation.yield(.received(request))
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let number = state.withLock { state in
                state.open.insert(descriptor)
                state.mostOpen = max(state.mostOpen, state.open.count)
                state.accepted += 1
                return state.accepted
            }
            continuation.yield(.connected)
            onThread { [self] in
                script(RawConnection(descriptor: descriptor, number: number, server: self))
                state.withLock { state in
                    state.open.remove(descriptor)
                    Glibc.close(descriptor)
                }
                continuation.yield(.disconnected)
            }
        }
        Glibc.close(listener)
    }
}

/// One connection, as its script sees it. Calls block.
struct RawConnection: Sendable {
    let descriptor: Int32
    /// 1 for the server's first connection.
    let number: Int
    let server: RawServer

    /// The next request with its body; nil when the client has closed.
    func receive() -> RawRequest? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let byte = read(1) else { return nil }
            head += byte
        }
        var request = RawRequest(head: String(decoding: head, as: UTF8.self))
        if let length = request["content-length"].flatMap({ Int($0) }), length > 0 {
            guard let body = read(length) else { return nil }
            request.body = body
        }
        server.note(request)
        return request
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// An answer with a length.
    func answer(_ status: String = "200 OK", headers: [String] = [], body: String = "") {
        let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Reads and drops until the client closes.
    func waitForEnd() {
        while read(1) != nil {}
    }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes[filled...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }
}

/// A request as it came.
struct RawRequest: Sendable {
    let head: String
    var body: [UInt8] = []

    init(head: String) {
        self.head = head
    }

    var line: String { lines[0] }
    var lines: [String] { head.split(separator: "\r\n").map(String.init) }

    subscript(name: String) -> String? {
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return nil
    }
}

/// Runs work that blocks away from the threads of Swift's tasks.
private func onThread(_ work: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { box in
            Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().work()
            return nil
        }, Unmanaged.passRetained(Box(work)).toOpaque())
    precondition(code == 0)
    pthread_detach(thread)
}
