import GenesysCloud
import JSON
import Relay
import Seams

extension WorkerReport {
    /// How the API is used.
    static func api(_ api: GenesysSnapshot, share: RequestShare?) -> JSONValue {
        let gate = api.gate
        return .object([
            ("requests", counts(api.requests.reduce(into: [:]) { $0["\($1.method) \($1.result)"] = $1.count })),
            (
                "quotaShare",
                share.map { .object([("changes", .number($0.changes)), ("purges", .number($0.purges))]) } ?? .null
            ),
            ("configuredPerMinute", gate.configuredPerMinute.map { .number($0) } ?? .null),
            ("ratePerMinute", gate.effectivePerMinute.map { .number($0) } ?? .null),
            ("rateFactor", .number(gate.factor)),
            (
                "learned",
                gate.learnedLimit.map {
                    .object([("limit", .number($0)), ("used", gate.learnedUsed.map { .number($0) } ?? .null)])
                } ?? .null
            ),
            ("answered429", .number(gate.limitedCount)),
            ("waitingForQuota", counts(gate.waiting.reduce(into: [:]) { $0[$1.key.description] = $1.value })),
            ("inFlight", .number(gate.onWire)), ("inFlightLimit", .number(gate.concurrencyLimit)),
            ("closedForMs", gate.closedFor.map { .number($0.wholeMilliseconds) } ?? .null),
            ("tokenRequests", .number(api.token.requests)),
            ("tokenLifeMs", api.token.remainingLife.map { .number($0.wholeMilliseconds) } ?? .null),
        ])
    }

    /// Whether work flows to the API.
    static func circuit(_ circuit: CircuitStatus, at now: Moment) -> JSONValue {
        .object([
            ("phase", .string(circuit.phase.rawValue)),
            ("forMs", circuit.since.map { .number((now - $0).wholeMilliseconds) } ?? .null),
            ("openedBy", circuit.openedBy.map { .string($0) } ?? .null),
        ])
    }
}
