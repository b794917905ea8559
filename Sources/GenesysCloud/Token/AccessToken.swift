/// A bearer token and which one it is; printed, it shows its number alone.
struct AccessToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What goes into the `Authorization` header: visible ASCII.
    let value: String
    /// Counts the tokens of a provider, so that a rejection names the token it is about.
    let number: Int

    var description: String { "token \(number)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["number": number]) }
}
