extension CurlTransport {
    /// How a transport connects and what it accepts. Read once, when the transport is made.
    public struct Settings: Sendable {
        /// Requests under way to one host (scheme, name and port) at most; more wait their turn, within their own
        /// timeout. Idle connections beyond it are closed. At least 1.
        ///
        /// The bound is divided among the transport's threads, one per 128.
        public var maxConnectionsPerHost: Int
        /// An idle connection older than this is not used again. Keep it below the server's own keep-alive time, so
        /// that a request does not meet a connection that is just being closed. Whole seconds; at least 1.
        public var idleConnectionLifetime: Duration
        /// A larger body ends its request with `HTTPError.Kind.invalidAnswer`.
        public var maxResponseBodyBytes: Int
        /// A larger status line with header fields ends its request with `HTTPError.Kind.invalidAnswer`.
        public var maxResponseHeaderBytes: Int
        /// A PEM file of the certificates to trust in place of the system's.
        public var caFile: String?
        /// What to show to a server that asks for a certificate.
        public var clientCertificate: ClientCertificate?
        /// Where proxies come from.
        public var proxy: Proxy
        /// `User-Agent`, where a request has none of its own.
        public var userAgent: String

        /// Makes settings.
        public init(
            maxConnectionsPerHost: Int = 1024, idleConnectionLifetime: Duration = .seconds(20),
            maxResponseBodyBytes: Int = 16 << 20, maxResponseHeaderBytes: Int = 64 << 10, caFile: String? = nil,
            clientCertificate: ClientCertificate? = nil, proxy: Proxy = .environment,
            userAgent: String = "contact-relay"
        ) {
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.idleConnectionLifetime = idleConnectionLifetime
            self.maxResponseBodyBytes = maxResponseBodyBytes
            self.maxResponseHeaderBytes = maxResponseHeaderBytes
            self.caFile = caFile
            self.clientCertificate = clientCertificate
            self.proxy = proxy
            self.userAgent = userAgent
        }
    }

    /// A certificate that names us, in PEM files. Its description leaves the password out.
    public struct ClientCertificate: Sendable, CustomStringConvertible {
        /// The certificate, with its chain.
        public var certificateFile: String
        /// Its private key; nil where the certificate's file holds it too.
        public var keyFile: String?
        /// What the key is encrypted with. A secret.
        public var keyPassword: String?

        /// Makes one from its files, which libcurl reads for each new connection.
        public init(certificateFile: String, keyFile: String? = nil, keyPassword: String? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.keyPassword = keyPassword
        }

        public var description: String { certificateFile }
    }

    /// Where proxies come from.
    public enum Proxy: Sendable {
        /// `http_proxy` (lower case only), `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl reads them.
        case environment
        /// None is used, whatever the environment says.
        case none
    }
}
