/// What a path names.
struct Route: Sendable {
    enum Resource: String, Sendable, CaseIterable {
        case contacts
        case organizations
        case purge
        /// `/oauth/token`: client id and secret in the form.
        case formToken = "oauth/token"
        /// `/login/oauth2/token`: client id and secret in the `Authorization` header.
        case basicToken = "login/oauth2/token"
        case control
        case unknown

        /// The resources of the External Contacts API.
        static var external: [Resource] { [.contacts, .organizations] }
    }

    var resource: Resource
    var path: String
    /// The path's last part, where it names one contact, organization or purge job, the quota of purges, or the control
    /// call.
    var item: String?

    init(path: String) {
        self.path = path
        item = nil
        switch path {
        case "/oauth/token": resource = .formToken
        case "/login/oauth2/token": resource = .basicToken
        default:
            if let rest = Self.rest(of: path, after: "/sandbox/") {
                resource = .control
                item = rest
            } else if let rest = Self.rest(of: path, after: "/api/v2/external-contacts/") {
                let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
                resource = Resource.external.first { $0.rawValue == parts[0] } ?? .unknown
                if parts.count == 2, !parts[1].isEmpty { item = String(parts[1]) }
                if parts.count > 2 || parts.last == "" { resource = .unknown }
            } else if path == "/api/v2/purge" {
                resource = .purge
            } else if let rest = Self.rest(of: path, after: "/api/v2/purge/"), !rest.isEmpty, !rest.contains("/") {
                resource = .purge
                item = rest
            } else {
                resource = .unknown
            }
        }
    }

    private static func rest(of path: String, after prefix: String) -> String? {
        path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }
}
