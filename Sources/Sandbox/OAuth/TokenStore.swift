import Seams

/// The tokens that the sandbox gave out.
struct TokenStore {
    struct Token: Sendable {
        /// Names the token in the request log, where the token itself has no place.
        var name: String
        var clientID: String
        var expires: Moment
    }

    private var tokens: [String: Token] = [:]
    private var issued = 0

    /// A new token; `chance` makes it hard to guess.
    mutating func issue(to clientID: String, life: Duration, now: Moment, chance: UInt64) -> (String, Token) {
        tokens = tokens.filter { $0.value.expires > now }
        issued += 1
        let text = "sandbox-\(issued)-" + String(chance, radix: 16)
        let token = Token(name: "t-\(issued)", clientID: clientID, expires: now + life)
        tokens[text] = token
        return (text, token)
    }

    /// The token of a client that lives longest; nil where none is good.
    func latest(of clientID: String, now: Moment) -> (String, Token)? {
        tokens.filter { $0.value.clientID == clientID && $0.value.expires > now }
            .max { ($0.value.expires, $0.value.name) < ($1.value.expires, $1.value.name) }
            .map { ($0.key, $0.value) }
    }

    /// The token behind an `Authorization` header; nil where it is missing, unknown, revoked or expired.
    func bearer(_ authorization: String?, now: Moment) -> Token? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer "),
            let token = tokens[String(authorization.dropFirst(7))], token.expires > now
        else { return nil }
        return token
    }

    mutating func revokeAll() {
        tokens = [:]
    }
}
