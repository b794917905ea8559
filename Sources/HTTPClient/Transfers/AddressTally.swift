import CCurl

/// What a request's rule said of the addresses that its transfer came to.
struct AddressTally {
    private var allowed = 0
    private var refused = 0

    mutating func count(isAllowed: Bool) {
        if isAllowed { allowed += 1 } else { refused += 1 }
    }

    /// Whether that was the end of it. Where one of several addresses was allowed, its connection decides.
    var noneAllowed: Bool { refused > 0 && allowed == 0 }
}

extension RemoteAddress {
    /// The address that libcurl opens a socket for; nil for what is neither IPv4 nor IPv6.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        var bytes = [UInt8](repeating: 0, count: 16)
        var port: UInt16 = 0
        let count = ccurl_remote_address(address, &bytes, &port)
        self.init(bytes: Array(bytes.prefix(Int(count))), port: port)
    }
}
