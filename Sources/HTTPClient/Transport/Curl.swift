import CCurl

/// What libcurl is as a whole.
enum Curl {
    /// Set up once, before the first handle, as libcurl asks; never torn down, for other libraries may share it.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    static let version = String(cString: curl_version())
}
