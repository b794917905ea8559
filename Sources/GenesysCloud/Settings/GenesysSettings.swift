/// Where the API is, who we are there, and how hard we may press it. Nothing here is checked: the configuration does.
public struct GenesysSettings: Sendable {
    /// How the token endpoint wants to be asked.
    public enum AuthStyle: String, Sendable, CaseIterable {
        /// `POST {authURL}/oauth/token`, id, secret and scopes in the form.
        case form
        /// `POST {authURL}/login/oauth2/token`, id and secret in an `Authorization: Basic` header; no scopes are sent.
        case basic
    }

    /// Which shape of the API is spoken.
    public enum Form: String, Sendable, CaseIterable {
        /// `/api/v2/external-contacts/…` with flat `externalId` and `organizationId`.
        case guide
    }

    /// Scheme, host and perhaps a path prefix of the API; a trailing slash is ignored.
    public var apiURL: String
    /// The same for the token endpoint.
    public var authURL: String
    /// How the token endpoint wants to be asked.
    public var authStyle: AuthStyle
    /// Which shape of the API is spoken.
    public var apiForm: Form
    /// The OAuth client.
    public var clientID: String
    /// Its secret, read again for each token request.
    public var clientSecret: Secret
    /// Asked for in the `form` style; empty asks for what the client has.
    public var scopes: [String]
    /// The quota of the whole group; how much of it is this process's, `GenesysClient.setShare` says. Nil sets no pace of
    /// our own (429 still closes the gate).
    public var requestsPerMinute: Double?
    /// So long a time's worth of the share may go out at once after a quiet time.
    public var requestBurst: Duration
    /// A `Retry-After` beyond this is an error for the caller (`rateLimited`) instead of a wait.
    public var maxRetryAfter: Duration
    /// How many requests may be on the wire at once; at least 1.
    public var maxInFlight: Int
    /// Whether fewer than `maxInFlight` are sent at once while the API's latency says that it is saturated.
    public var adaptsToLatency: Bool
    /// What one request may take, connecting included; waiting for the pace or a token does not count.
    public var requestTimeout: Duration
    /// How long before its end a token is replaced, where a quarter of its life is not less.
    public var tokenRefreshMargin: Duration

    /// Makes settings with the documented defaults.
    public init(
        apiURL: String, authURL: String, authStyle: AuthStyle = .form, apiForm: Form = .guide, clientID: String,
        clientSecret: Secret, scopes: [String] = [], requestsPerMinute: Double? = 300,
        requestBurst: Duration = .seconds(1), maxRetryAfter: Duration = .seconds(180), maxInFlight: Int = 64,
        adaptsToLatency: Bool = true, requestTimeout: Duration = .seconds(30),
        tokenRefreshMargin: Duration = .seconds(60)
    ) {
        self.apiURL = apiURL
        self.authURL = authURL
        self.authStyle = authStyle
        self.apiForm = apiForm
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = scopes
        self.requestsPerMinute = requestsPerMinute
        self.requestBurst = requestBurst
        self.maxRetryAfter = maxRetryAfter
        self.maxInFlight = maxInFlight
        self.adaptsToLatency = adaptsToLatency
        self.requestTimeout = requestTimeout
        self.tokenRefreshMargin = tokenRefreshMargin
    }
}
