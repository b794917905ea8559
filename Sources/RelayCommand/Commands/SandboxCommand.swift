import CommandLineParsing
import HTTPServer
import Sandbox
import Seams

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
    static let noRateLimitHeaders = Flag(
        "no-rate-limit-headers", help: "Answers do not tell how much of that limit is used.")
    static let purgeDuration = Option(
        "purge-duration", "DURATION", default: Duration.seconds(20), help: "How long a purge takes.")
    static let purgeQuota: Option<Int?> = Option(
        "purge-quota", "NUMBER", help: "So many purges are taken; without it there is no quota.",
        rule: { $0 >= 0 ? nil : "must be 0 or more" })

    static let declaration = CommandDeclaration(
        name: "sandbox",
        abstract: "Stands in for Genesys Cloud, for trying and testing",
        discussion: "Runs until SIGINT or SIGTERM. Its state is in memory and gone when it ends.",
        options: [
            host.declaration, port.declaration, clientID.declaration, clientSecret.declaration,
            tokenLifetime.declaration, latency.declaration, errorRate.declaration, requestsPerMinute.declaration,
            noRateLimitHeaders.declaration, purgeDuration.declaration, purgeQuota.declaration,
        ])
}

extension SandboxCommand: Subcommand {
    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        // Before the greeting: whoever reads it may end the process at once.
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        let listening = Signals.listen { continuation.yield($0) }
        defer { listening.stop() }
        return try await serve(settings(arguments), in: context) { await signals.first { _ in true } }
    }

    static func settings(_ arguments: ParsedArguments) -> SandboxSettings {
        var settings = SandboxSettings()
        settings.host = arguments[host]
        settings.port = arguments[port]
        settings.clientID = arguments[clientID]
        settings.clientSecret = arguments[clientSecret]
        settings.faults.tokenLifetime = arguments[tokenLifetime]
        settings.faults.latency = arguments[latency]
        settings.faults.errorRate = arguments[errorRate]
        let limit = arguments[requestsPerMinute]
        settings.faults.requestsPerMinute = limit == 0 ? nil : limit
        settings.faults.rateLimitHeaders = !arguments[noRateLimitHeaders]
        settings.purgeDuration = arguments[purgeDuration]
        settings.purgeQuota = arguments[purgeQuota]
        return settings
    }

    /// Serves until `untilTold` returns, with the signal that it heard.
    static func serve(
        _ settings: SandboxSettings, in context: CommandContext, untilTold: () async -> Int32?
    ) async throws -> ExitCode {
        let sandbox = SandboxServer(settings: settings, time: context.time, random: SystemRandom())
        do {
            try sandbox.start()
        } catch let error as HTTPServerError {
            throw failure(error)
        }
        defer { sandbox.stop() }
        context.console.standardError(greeting(of: sandbox, settings))
        let signal = await untilTold()
        let requests = sandbox.statistics.requests
        let reason = signal.map { "\(Signals.name(of: $0)): " } ?? ""
        context.console.standardError("\(reason)the sandbox ends after \(requests.counted("request"))\n")
        return .success
    }

    private static func greeting(of sandbox: SandboxServer, _ settings: SandboxSettings) -> String {
        let secret =
            settings.clientSecret == clientSecret.declaration.defaultText
            ? "secret '\(settings.clientSecret)'" : "the secret that was given"
        return """
            the sandbox listens on \(sandbox.url)
            OAuth client '\(settings.clientID)' with \(secret); both genesys.apiUrl and genesys.authUrl are \(sandbox.url)

            """
    }

    private static func failure(_ error: HTTPServerError) -> CommandFailure {
        switch error.kind {
        case .invalidHost: CommandFailure(exitCode: .usage, message: "--host: \(error)")
        case .cannotListen, .alreadyStarted:
            CommandFailure(exitCode: .unavailable, message: "the sandbox \(error); --port takes another port")
        }
    }
}
