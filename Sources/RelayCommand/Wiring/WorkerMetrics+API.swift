import GenesysCloud
import Observability
import Relay
import Seams

extension WorkerMetrics {
    /// How the API is used: the share of the quota, the pace, the gate, the token and the circuit.
    static func registerAPI(in registry: MetricsRegistry, pipeline: Pipeline, api: GenesysClient) {
        registry.observeCounters(
            name: "contact_relay_api_requests_total", help: "Requests to the API, by method and class of answer."
        ) {
            api.snapshot.requests.map { (["method": $0.method, "result": $0.result], Double($0.count)) }
        }
        registerQuota(in: registry, pipeline: pipeline, api: api)
        registerGate(in: registry, api: api)
        registerToken(in: registry, api: api)
        registry.observeGauges(
            name: "contact_relay_circuit", help: "1 for the phase in which the circuit is: closed, open or halfOpen."
        ) {
            let present = pipeline.status.circuit.phase
            return CircuitStatus.Phase.allCases.map { (["phase": $0.rawValue], $0 == present ? 1 : 0) }
        }
    }

    private static func registerQuota(in registry: MetricsRegistry, pipeline: Pipeline, api: GenesysClient) {
        registry.observeGauges(
            name: "contact_relay_quota_share", help: "This replica's share of the quota by its partitions, 0 to 1."
        ) {
            guard let share = pipeline.status.share else { return [] }
            return [(["for": "changes"], share.changes), (["for": "purges"], share.purges)]
        }
        registry.observeGauge(
            name: "contact_relay_api_configured_rate_per_minute",
            help: "This replica's share of genesys.requestsPerMinute; absent where requests are not paced."
        ) { api.snapshot.gate.configuredPerMinute }
        registry.observeGauge(
            name: "contact_relay_api_rate_per_minute",
            help: "Requests a minute that are let through at present; absent where nothing limits them."
        ) { api.snapshot.gate.effectivePerMinute }
        registry.observeGauge(
            name: "contact_relay_api_rate_factor", help: "What 429s have made of the rate: 1, or less for a while."
        ) { api.snapshot.gate.factor }
        registry.observeGauge(
            name: "contact_relay_api_learned_limit",
            help: "Requests that the API allows all users of the client in its window, as answers tell; else absent."
        ) { api.snapshot.gate.learnedLimit.map { Double($0) } }
        registry.observeGauge(
            name: "contact_relay_api_learned_used",
            help: "Requests that all users of the client have made in that window, as answers tell; else absent."
        ) { api.snapshot.gate.learnedUsed.map { Double($0) } }
    }

    private static func registerGate(in registry: MetricsRegistry, api: GenesysClient) {
        registry.observeGauges(
            name: "contact_relay_api_waiting", help: "Calls that wait for their place within the quota, by class."
        ) {
            let waiting = api.snapshot.gate.waiting
            return RequestClass.allCases.map { (["class": $0.description], Double(waiting[$0] ?? 0)) }
        }
        registry.observeGauge(
            name: "contact_relay_api_gate_closed_seconds",
            help: "How long the gate stays closed because of a 429; 0 while it is open."
        ) { api.snapshot.gate.closedFor.map { $0.inSeconds } ?? 0 }
        registry.observeGauge(name: "contact_relay_api_in_flight", help: "Requests without an answer.") {
            Double(api.snapshot.gate.onWire)
        }
        registry.observeGauge(
            name: "contact_relay_api_in_flight_limit", help: "The most requests that may be in flight at present."
        ) { Double(api.snapshot.gate.concurrencyLimit) }
    }

    private static func registerToken(in registry: MetricsRegistry, api: GenesysClient) {
        registry.observeCounters(
            name: "contact_relay_token_requests_total", help: "Requests to the token endpoint, by what became of them."
        ) {
            let token = api.snapshot.token
            return [(["result": "granted"], Double(token.granted)), (["result": "failed"], Double(token.failed))]
        }
        registry.observeGauge(
            name: "contact_relay_token_life_seconds",
            help: "What is left of the token's life; absent without a token, or where its life is not known."
        ) { api.snapshot.token.remainingLife.map { $0.inSeconds } }
    }
}
