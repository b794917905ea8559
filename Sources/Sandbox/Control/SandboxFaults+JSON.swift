import JSON
import Seams

/// The document of `/sandbox/faults`.
extension SandboxFaults {
    /// What the document leaves out has its default.
    init(_ document: JSONValue) throws(Refusal) {
        var reader = try JSONObjectReader(document, place: "")
        let calm = SandboxFaults()
        latency = try reader.milliseconds("latencyMilliseconds") ?? calm.latency
        latencyJitter = try reader.milliseconds("latencyJitterMilliseconds") ?? calm.latencyJitter
        errorRate = try reader.number("errorRate", in: 0...1) ?? calm.errorRate
        requestsPerMinute = try reader.integer("requestsPerMinute", in: 1...1_000_000_000)
        rateWindow = try reader.seconds("rateWindowSeconds", atLeast: 0.001) ?? calm.rateWindow
        otherConsumerPerMinute = try reader.integer("otherConsumerPerMinute", in: 1...1_000_000_000)
        rateLimitHeaders = try reader.bool("rateLimitHeaders") ?? calm.rateLimitHeaders
        retryAfter = try reader.integer("retryAfterSeconds", in: 1...31_536_000).map { .seconds($0) }
        retryAfterAsDate = try reader.bool("retryAfterAsDate") ?? calm.retryAfterAsDate
        tokenLifetime = try reader.seconds("tokenLifetimeSeconds") ?? calm.tokenLifetime
        tokenLatency = try reader.milliseconds("tokenLatencyMilliseconds") ?? calm.tokenLatency
        tokenRequestsPerMinute = try reader.integer("tokenRequestsPerMinute", in: 1...1_000_000_000)
        tokenReuse = try reader.bool("tokenReuse") ?? calm.tokenReuse
        forbidden = try reader.bool("forbidden") ?? calm.forbidden
        refuseCredentials = try reader.bool("refuseCredentials") ?? calm.refuseCredentials
        rules = []
        for rule in try reader.objects("rules") { rules.append(try FaultRule(rule)) }
        try reader.finish()
    }

    var document: JSONValue {
        .object([
            ("latencyMilliseconds", .milliseconds(latency)),
            ("latencyJitterMilliseconds", .milliseconds(latencyJitter)),
            ("errorRate", .decimal(errorRate)),
            ("requestsPerMinute", requestsPerMinute.map { .number($0) } ?? .null),
            ("rateWindowSeconds", .decimal(rateWindow.inSeconds)),
            ("otherConsumerPerMinute", otherConsumerPerMinute.map { .number($0) } ?? .null),
            ("rateLimitHeaders", .bool(rateLimitHeaders)),
            ("retryAfterSeconds", retryAfter.map { .decimal($0.inSeconds) } ?? .null),
            ("retryAfterAsDate", .bool(retryAfterAsDate)),
            ("tokenLifetimeSeconds", .decimal(tokenLifetime.inSeconds)),
            ("tokenLatencyMilliseconds", .milliseconds(tokenLatency)),
            ("tokenRequestsPerMinute", tokenRequestsPerMinute.map { .number($0) } ?? .null),
            ("tokenReuse", .bool(tokenReuse)),
            ("forbidden", .bool(forbidden)),
            ("refuseCredentials", .bool(refuseCredentials)),
            ("rules", .array(rules.map(\.document))),
        ])
    }
}

extension JSONValue {
    static func milliseconds(_ duration: Duration) -> JSONValue {
        .decimal(Double(duration.wholeNanoseconds) / 1e6)
    }

    /// A whole number without a fraction, as a person would write it.
    static func decimal(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .number($0) } ?? .number(number)
    }
}
