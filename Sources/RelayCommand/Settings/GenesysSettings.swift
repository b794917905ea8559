import Configuration

/// How the Genesys Cloud API is reached and how much is asked of it.
struct GenesysSettings: Sendable {
    /// How a token is asked for.
    enum AuthStyle: String, Sendable, CaseIterable {
        case form
        case basic
    }

    /// Which shape of the API is spoken.
    enum APIForm: String, Sendable, CaseIterable {
        case guide
    }

    var apiURL: String?
    var authURL: String?
    var authStyle: AuthStyle
    var apiForm: APIForm
    var clientID: String?
    var clientSecret: SecretValue?
    var scopes: [String]
    var requestsPerMinute: Int
    var requestBurst: Duration
    var maxRetryAfter: Duration
    var requestTimeout: Duration
    var tokenRefreshMargin: Duration
}

extension GenesysSettings {
    static let apiURL = Setting("genesys.apiUrl", .url, "Base address of the API.")
    static let authURL = Setting("genesys.authUrl", .url, "Base address of the token service.")
    static let authStyle = Setting(
        "genesys.authStyle", .word(of: AuthStyle.self), default: .form,
        "How a token is asked for: form (credentials in the body, /oauth/token) or basic (in a header, /login/oauth2/token)."
    )
    static let apiForm = Setting(
        "genesys.apiForm", .word(of: APIForm.self), default: .guide, "Shape of the API that is spoken.")
    static let clientID = Setting("genesys.clientId", .text, "Id of the OAuth client.")
    static let clientSecret = Setting("genesys.clientSecret", .secret, "Secret of the OAuth client.")
    static let scopes = Setting("genesys.scopes", .list(), default: [], "Scopes to ask for with the token.")
    static let requestsPerMinute = Setting(
        "genesys.requestsPerMinute", .integer(atLeast: 1), default: 300,
        "Quota of the OAuth client, which all replicas share by their partitions.")
    static let requestBurst = Setting(
        "genesys.requestBurst", .duration(atLeast: .zero), default: .seconds(1),
        "So long a time's worth of a replica's share may go out at once after a quiet time; the pace is that much slower."
    )
    static let maxRetryAfter = Setting(
        "genesys.maxRetryAfter", .duration(atLeast: .zero), default: .seconds(180),
        "Longest Retry-After for which requests are held; beyond it intake pauses until then.")
    static let requestTimeout = Setting(
        "genesys.requestTimeout", .duration(atLeast: .milliseconds(1)), default: .seconds(30),
        "How long one request may take, connecting included.")
    static let tokenRefreshMargin = Setting(
        "genesys.tokenRefreshMargin", .duration(atLeast: .zero), default: .seconds(60),
        "How long before its end a token is replaced.")

    static let group = SettingGroup(
        "Genesys Cloud",
        [
            apiURL.definition, authURL.definition, authStyle.definition, apiForm.definition, clientID.definition,
            clientSecret.definition, scopes.definition, requestsPerMinute.definition, requestBurst.definition,
            maxRetryAfter.definition, requestTimeout.definition, tokenRefreshMargin.definition,
        ])

    /// What the worker cannot do without.
    static let required = [
        apiURL.definition.key, authURL.definition.key, clientID.definition.key, clientSecret.definition.key,
    ]

    init(_ values: SettingValues) {
        apiURL = values[Self.apiURL]
        authURL = values[Self.authURL]
        authStyle = values[Self.authStyle]
        apiForm = values[Self.apiForm]
        clientID = values[Self.clientID]
        clientSecret = values[Self.clientSecret]
        scopes = values[Self.scopes]
        requestsPerMinute = values[Self.requestsPerMinute]
        requestBurst = values[Self.requestBurst]
        maxRetryAfter = values[Self.maxRetryAfter]
        requestTimeout = values[Self.requestTimeout]
        tokenRefreshMargin = values[Self.tokenRefreshMargin]
    }
}
