/// A URL taken apart as far as it decides where a request goes. It is read narrowly: two readers of an odd URL may see
/// two hosts in it, and the one that connects is not this one.
struct WebhookURL: Sendable, Equatable {
    /// Whether it is https, rather than http.
    let isSecure: Bool
    let host: WebhookHost

    /// What is wrong with a URL: words to follow the name of what holds it, without any of its text.
    struct Problem: Error, Equatable {
        let words: String
    }

    init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) }) else {
            throw Problem(words: "must hold only the characters of a URL, in ASCII")
        }
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw Problem(words: "must begin with https://")
        }
        isSecure = scheme == "https://"
        guard !bytes.contains(UInt8(ascii: "#")) else { throw Problem(words: "must have no fragment") }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Problem(words: "must not hold a user name or a password") }
        let (name, port) = Self.split(authority)
        guard let host = WebhookHost(name) else {
            throw Problem(
                words:
                    "must name its host as a name in ASCII, as four decimal numbers or as an IPv6 address in brackets")
        }
        self.host = host
        if let port {
            guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy(Self.isDigit), let number = Int(port),
                (1...65535).contains(number)
            else { throw Problem(words: "must have a port of 1 to 65535, or none") }
        }
        guard Self.hasWholeEscapes(bytes) else {
            throw Problem(words: "must have two hexadecimal digits after each percent sign")
        }
    }

    /// The host and what follows its colon. An IPv6 address without brackets falls apart at its first colon, and then
    /// what follows is no port.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let end = authority.first == "[" ? authority.firstIndex(of: "]") : nil
        guard let colon = authority[(end ?? authority.startIndex)...].firstIndex(of: ":") else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func hasWholeEscapes(_ bytes: [UInt8]) -> Bool {
        bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "%")
                || index + 2 < bytes.count && isHexDigit(bytes[index + 1]) && isHexDigit(bytes[index + 2])
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
