import CCurl

/// Options that stay as they are through the life of an easy handle.
enum EasyOptions {
    static func apply(_ settings: CurlTransport.Settings, to easy: UnsafeMutableRawPointer) {
        func set(_ option: CURLoption, _ value: Int) { ccurl_easy_set_long(easy, option, value) }
        func set(_ option: CURLoption, _ value: String?) {
            if let value { ccurl_easy_set_string(easy, option, value) }
        }
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // A redirect would carry the bearer token to whoever the answer names.
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Dots in a path may be an external id's own.
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // Else the end of a request waits for a resolver that hangs, and every other request of the thread with it.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_MAXAGE_CONN, max(1, Int(settings.idleConnectionLifetime.components.seconds)))
        set(CURLOPT_USERAGENT, settings.userAgent)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_CAINFO, settings.caFile)
        if let certificate = settings.clientCertificate {
            set(CURLOPT_SSLCERT, certificate.certificateFile)
            set(CURLOPT_SSLKEY, certificate.keyFile)
            set(CURLOPT_KEYPASSWD, certificate.keyPassword)
        }
        if !settings.usesProxies { set(CURLOPT_PROXY, "") }
    }
}

extension CurlTransport.Settings {
    var usesProxies: Bool {
        switch proxy {
        case .environment: true
        case .none: false
        }
    }
}
