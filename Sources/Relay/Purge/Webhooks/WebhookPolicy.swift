public import HTTPClient

/// Where webhooks may go: to hosts that the settings name, and only to addresses of the internet unless the very host
/// or address is named in `purge.webhook.allowedHosts`.
///
/// The host of `purge.webhook.url` is allowed by itself, but is not named by that: at a private address, or for http to
/// loopback, it needs its place in the list like any other.
public struct WebhookPolicy: Sendable, Equatable {
    /// Where webhooks go that an event gives no URL for; nil for nowhere. Not checked here: see `problem(of:)`.
    public let defaultURL: String?
    private let defaultHost: WebhookHost?
    private let named: Set<WebhookHost>

    /// Makes a policy of `purge.webhook.url` and `purge.webhook.allowedHosts`.
    ///
    /// - Parameter allowedHosts: Names and addresses, which match whole and whatever the case of their letters; an IPv6
    ///   address with or without brackets, in any of its spellings. Entries that are no host allow nothing; see
    ///   `isHost(_:)`.
    public init(defaultURL: String?, allowedHosts: [String]) {
        self.defaultURL = defaultURL
        defaultHost = defaultURL.flatMap { try? WebhookURL($0).host }
        named = Set(allowedHosts.compactMap { WebhookHost($0) })
    }

    /// Whether an entry of `purge.webhook.allowedHosts` can allow anything: no port, no scheme, no `*`, no way of
    /// writing an address that only some readers understand.
    public static func isHost(_ entry: String) -> Bool {
        WebhookHost(entry) != nil
    }

    /// Why a webhook must not go to `url`: words to follow the name of what holds the URL, without any of its text; nil
    /// where it may, as far as the URL says. Its host's addresses are judged when they are connected to.
    public func problem(of url: String) -> String? {
        do throws(WebhookURL.Problem) {
            _ = try host(of: url)
            return nil
        } catch {
            return error.words
        }
    }

    /// Whether a webhook to `host` may connect to `address`.
    ///
    /// - Parameter host: As the URL writes it, an IPv6 address in its brackets.
    public func allows(_ address: RemoteAddress, host: String) -> Bool {
        WebhookHost(host).map { allows(address, host: $0) } ?? false
    }

    /// The host that a webhook to `url` goes to.
    ///
    /// - Throws: What `problem(of:)` tells.
    func host(of url: String) throws(WebhookURL.Problem) -> WebhookHost {
        let url = try WebhookURL(url)
        guard url.isSecure || url.host.isLoopback && named.contains(url.host) else {
            throw .init(words: "must be https, or http to a loopback host that purge.webhook.allowedHosts names")
        }
        guard allows(url.host) else {
            throw .init(words: "must be to a host that purge.webhook.allowedHosts names")
        }
        guard url.host.scope ?? .global == .global || named.contains(url.host) else {
            throw .init(words: "must not be to a private address that purge.webhook.allowedHosts does not name")
        }
        return url.host
    }

    func allows(_ address: RemoteAddress, host: WebhookHost) -> Bool {
        guard allows(host) else { return false }
        let scope = AddressScope(address)
        // What calls itself loopback may be http, and that must not leave the machine.
        if host.isLoopback, scope != .loopback { return false }
        return scope == .global || named.contains(host) || named.contains(.address(address.unmapped.bytes))
    }

    private func allows(_ host: WebhookHost) -> Bool {
        host == defaultHost || named.contains(host)
    }
}
