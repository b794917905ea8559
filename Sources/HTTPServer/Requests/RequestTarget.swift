/// The path and query of a request line's target, decoded.
///
/// libmicrohttpd would decode as well, but into C strings: a `%00` would cut them short.
struct RequestTarget {
    var path: String
    var query: [(name: String, value: String)]

    /// Nil where the target is neither a path nor an absolute URL, or its percent-encoding is broken or is not UTF-8.
    init?(_ target: String) {
        var rest = target.utf8[...]
        if rest.first != UInt8(ascii: "/") {
            guard let path = Self.afterAuthority(rest) else { return nil }
            rest = path
        }
        let pathPart = rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let path = PercentEncoding.decode(pathPart, plusIsSpace: false) else { return nil }
        self.path = path.isEmpty ? "/" : path
        let queryPart = rest[pathPart.endIndex...].prefix { $0 != UInt8(ascii: "#") }.dropFirst()
        guard let query = PercentEncoding.items(queryPart) else { return nil }
        self.query = query
    }

    /// What follows `http://host:port`; nil where the target does not begin so.
    private static func afterAuthority(_ target: Substring.UTF8View) -> Substring.UTF8View? {
        for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
            return target.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        }
        return nil
    }
}
