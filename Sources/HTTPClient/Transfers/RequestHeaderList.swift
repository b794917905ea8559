import CCurl

/// libcurl's list of the fields to send, made anew only when they are other ones than last time: they change with the
/// token, not with the request.
struct RequestHeaderList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?
    private var headers: [HTTPHeader] = []
    private var hasBody = false

    /// True when `list` is a new one; the old one is then gone.
    mutating func update(_ headers: [HTTPHeader], hasBody: Bool) -> Bool {
        guard list == nil || hasBody != self.hasBody || headers != self.headers else { return false }
        free()
        (self.headers, self.hasBody) = (headers, hasBody)
        for line in Self.lines(for: headers, hasBody: hasBody) {
            // Nil, and the list as it was, only when there is no memory.
            list = curl_slist_append(list, line) ?? list
        }
        return true
    }

    /// Ends the list's life; libcurl must not use it any more.
    mutating func free() {
        curl_slist_free_all(list)
        list = nil
    }

    /// In libcurl's writing, `Name:` is a field that it shall not send by itself, and `Name;` one without a value.
    static func lines(for headers: [HTTPHeader], hasBody: Bool) -> [String] {
        var lines = ["Expect:"]
        if hasBody, !headers.contains(where: { $0.name.equalsIgnoringASCIICase("Content-Type") }) {
            lines.append("Content-Type:")
        }
        return lines + headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    }
}
