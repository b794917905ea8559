/// A request that has been found fit to be sent.
struct PreparedRequest: Sendable {
    /// What the method makes libcurl do.
    enum Form: Sendable, Equatable {
        /// No body goes out.
        case plain
        /// The answer has no body, whatever its header says.
        case head
        /// This body goes out, also an empty one.
        case body([UInt8])
    }

    let method: String
    let url: String
    /// Scheme and authority: what a connection belongs to.
    let origin: String
    /// Without those that the transport sets.
    let headers: [HTTPHeader]
    let form: Form
    let isFresh: Bool
    let addressRule: AddressRule?
    /// From the call to the last byte of the answer, in nanoseconds.
    let timeout: Int64

    /// - Throws: `invalidRequest`, without the offending text.
    init(_ request: HTTPRequest) throws(HTTPError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy({ $0.isTokenCharacter }) else {
            throw .invalid("the method is not a token")
        }
        guard let origin = Self.origin(of: request.url) else {
            throw .invalid("the URL is not an absolute http or https URL in plain ASCII")
        }
        guard request.timeout > .zero else { throw .invalid("the timeout is not positive") }
        for header in request.headers where !header.isSafe {
            throw .invalid("a header field has an impossible name or value")
        }
        method = request.method
        url = request.url
        self.origin = origin
        headers =
            request.headers.contains(where: \.isTransportsOwn)
            ? request.headers.filter { !$0.isTransportsOwn } : request.headers
        form =
            switch (request.method, request.body) {
            case ("HEAD", _): .head
            // RFC 9110, 8.6: a method that means a body says so when it has none.
            case ("POST", nil), ("PUT", nil), ("PATCH", nil): .body([])
            case (_, nil): .plain
            case (_, let body?): .body(body)
            }
        // A connection that stands was judged by another rule, or by none.
        isFresh = request.connection == .fresh || request.addressRule != nil
        addressRule = request.addressRule
        let (seconds, attoseconds) = request.timeout.components
        // A year is as good as no bound, and leaves room to add it to the clock.
        timeout = seconds >= 31_536_000 ? 31_536_000_000_000_000 : seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Scheme and authority in small letters; nil for what is no URL for us. A user in the authority is refused: a
    /// password there ends up in logs.
    static func origin(of url: String) -> String? {
        let bytes = url.utf8
        var authorityStart = 0
        var end = 0
        var slashes = 0
        for byte in bytes {
            guard byte > 0x20, byte < 0x7F else { return nil }
            // The origin ends at the third slash, or at what may stand in its place.
            guard slashes < 3 else { continue }
            switch byte {
            case UInt8(ascii: "/"):
                slashes += 1
                if slashes == 2 { authorityStart = end + 1 }
                if slashes == 3 { continue }
            case UInt8(ascii: "?"), UInt8(ascii: "#"):
                guard slashes == 2 else { return nil }
                slashes = 3
                continue
            case UInt8(ascii: "@"):
                return nil
            default: break
            }
            end += 1
        }
        let origin = String(decoding: bytes.prefix(end), as: UTF8.self)
        let isLower = !origin.utf8.contains { (65...90).contains($0) }
        let lowered =
            isLower
            ? origin : String(decoding: origin.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let scheme = lowered.utf8.prefix(authorityStart)
        guard end > authorityStart, scheme.elementsEqual("http://".utf8) || scheme.elementsEqual("https://".utf8) else {
            return nil
        }
        return lowered
    }
}

extension HTTPError {
    fileprivate static func invalid(_ detail: String) -> HTTPError {
        HTTPError(.invalidRequest, delivery: .notSent, detail: detail)
    }
}

extension HTTPHeader {
    /// Whether it stays one field on the wire.
    fileprivate var isSafe: Bool {
        !name.isEmpty && name.utf8.allSatisfy(\.isTokenCharacter)
            && value.utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0 }
    }

    /// Those that say where a message ends and whom it is for; and `Expect`, which would make a body wait.
    fileprivate var isTransportsOwn: Bool {
        switch name.utf8.count {
        case 4: name.equalsIgnoringASCIICase("Host")
        case 6: name.equalsIgnoringASCIICase("Expect")
        case 14: name.equalsIgnoringASCIICase("Content-Length")
        case 17: name.equalsIgnoringASCIICase("Transfer-Encoding")
        default: false
        }
    }
}

extension UInt8 {
    /// RFC 9110, 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
