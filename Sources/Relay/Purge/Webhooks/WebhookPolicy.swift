/// Which URLs a purge's webhook may have: https, on a host that the configuration names.
public struct WebhookPolicy: Sendable, Equatable {
    /// Where webhooks go whose request names no URL; nil for nowhere.
    public let defaultURL: String?

    private let hosts: Set<String>

    /// Allows `allowedHosts`, and the host of `defaultURL`.
    public init(defaultURL: String?, allowedHosts: [String]) {
        self.defaultURL = defaultURL
        let named = defaultURL.flatMap(Self.host(of:)).map { [$0] } ?? []
        hosts = Set((allowedHosts + named).map { $0.lowercased() })
    }

    /// What is wrong with `url`, without quoting it; nil when it is allowed.
    public func problem(of url: String) -> String? {
        guard let host = Self.host(of: url) else { return "must be an https URL" }
        return hosts.contains(host) ? nil : "is not on an allowed host (purge.webhook.allowedHosts)"
    }

    /// The host of an https URL, in lower case; nil for any other text.
    private static func host(of url: String) -> String? {
        let scheme = "https://"
        guard url.lowercased().utf8.starts(with: scheme.utf8) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
        let host = authority.prefix { $0 != ":" }.lowercased()
        return host.isEmpty || authority.contains("@") ? nil : host
    }
}
