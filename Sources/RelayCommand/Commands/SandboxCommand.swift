import CommandLineParsing

/// `sandbox`: the stand-in for Genesys Cloud.
enum SandboxCommand {
    static let host = Option("host", "ADDRESS", default: "127.0.0.1", help: "Address to listen on.")
    static let port = Option(
        "port", "PORT", default: 8081, help: "Port to listen on; 0 takes any free one.",
        rule: { (0...65535).contains($0) ? nil : "must be 0 to 65535" })
    static let clientID = Option("client-id", "ID", default: "sandbox", help: "Id of the OAuth client.")
    static let clientSecret = Option(
        "client-secret", "SECRET", default: "sandbox", help: "Secret of the OAuth client.")
    static let tokenLifetime = Option(
        "token-lifetime", "DURATION", default: Duration.seconds(3600), help: "How long a token is good for.",
        rule: { $0 >= .seconds(1) ? nil : "must be 1s or more" })
    static let latency = Option(
        "latency", "DURATION", default: Duration.zero, help: "How long every answer is held back.")
    static let errorRate = Option(
        "error-rate", "SHARE", default: 0.0, help: "Share of requests, 0 to 1, that are answered 503.",
        rule: { (0...1).contains($0) ? nil : "must be 0 to 1" })
    static let requestsPerMinute = Option(
        "requests-per-minute", "NUMBER", default: 300, help: "Requests beyond this are answered 429; 0 sets no limit.",
        rule: { $0 >= 0 ? nil : "must be 0 or more" })

    static let declaration = CommandDeclaration(
        name: "sandbox",
        abstract: "Stands in for Genesys Cloud, for trying and testing",
        discussion: "Its state is in memory and gone when it ends.",
        options: [
            host.declaration, port.declaration, clientID.declaration, clientSecret.declaration,
            tokenLifetime.declaration, latency.declaration, errorRate.declaration, requestsPerMinute.declaration,
        ])
}
