import Glibc

/// A client that puts bytes on the wire as they are, for what a proper HTTP client would never send. It blocks, for ten
/// seconds at most.
public final class RawConnection: Sendable {
    private let descriptor: Int32

    /// Connects to a port of this machine; nil when nobody listens there.
    public init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Sends all of it; what the other side does not take any more is forgotten.
    public func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends all of it.
    public func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Says that nothing more will be sent.
    public func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// What came until the other side closed or was silent for ten seconds.
    public func readToEnd() -> String {
        var read: [UInt8] = []
        while let piece = receive() { read += piece }
        return String(decoding: read, as: UTF8.self)
    }

    /// One answer with a `Content-Length`; nil when the connection ended before it was whole.
    public func readAnswer() -> RawAnswer? {
        var read: [UInt8] = []
        while true {
            if let answer = RawAnswer(read) { return answer }
            guard let piece = receive() else { return nil }
            read += piece
        }
    }

    private func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}

/// An answer as it came.
public struct RawAnswer: Sendable {
    /// The status line's number.
    public var status: Int
    /// Names in lower case.
    public var headers: [String: String] = [:]
    /// The body as text.
    public var body: String

    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        for line in lines.dropFirst() {
            let name = line.prefix { $0 != ":" }
            headers[name.lowercased()] = line.dropFirst(name.count + 1).drop { $0 == " " }.description
        }
        body = String(text[end.upperBound...])
        if body.utf8.count < headers["content-length"].flatMap(Int.init) ?? 0 { return nil }
    }
}

extension String {
    fileprivate func range(of other: String) -> Range<String.Index>? {
        let bytes = Array(other.utf8)
        var start = utf8.startIndex
        while start != utf8.endIndex {
            let rest = utf8[start...]
            if rest.starts(with: bytes) { return start..<utf8.index(start, offsetBy: bytes.count) }
            start = utf8.index(after: start)
        }
        return nil
    }
}
