import Crypto

/// Signs webhooks as Standard Webhooks 1.0.0 says, with a shared secret (`v1`).
public struct WebhookSigner: Sendable {
    private static let prefix = "whsec_"

    private let key: [UInt8]

    /// Nil for a secret that is empty, or that begins with `whsec_` and goes on with what is not base64.
    ///
    /// - Parameter secret: Base64 after `whsec_`, as the specification writes secrets; any other is taken as it is.
    public init?(secret: String) {
        let key =
            secret.hasPrefix(Self.prefix)
            ? Base64.decode(String(secret.dropFirst(Self.prefix.count))) : Array(secret.utf8)
        guard let key, !key.isEmpty else { return nil }
        self.key = key
    }

    /// The value of `webhook-signature`: of the id, the time and the body, so that a receiver can refuse an old message
    /// that somebody else sends again.
    ///
    /// - Parameter timestamp: The value of `webhook-timestamp`: seconds since 1970.
    public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return "v1,\(Base64.encode(HMACSHA256.code(signed, key: key)))"
    }
}
