import CommandLineParsing
import Configuration
import GenesysCloud
import HTTPClient
import KafkaClient
import Observability
import Relay
import Seams

/// What the worker needs to take purge requests, and has to take down at its end.
struct PurgeWiring: Sendable {
    let parts: PurgeParts
    private let transport: CurlTransport
    private let follower: KafkaFollower

    /// Makes the parts.
    ///
    /// - Parameter client: Kafka, for the reader of soft-delete marks.
    /// - Throws: `CommandFailure` (78) where a part refuses its settings.
    init(
        _ settings: RelaySettings, client: KafkaClientSettings, api: any PurgeAPI, time: any TimeSource, logger: Logger
    ) throws(CommandFailure) {
        let purge = settings.purge
        let rules = PurgeRules(purge)
        if let url = purge.webhookURL, let problem = rules.webhooks.problem(of: url) {
            throw CommandFailure(exitCode: .configuration, message: "purge.webhook.url \(problem)")
        }
        // Its connections are never those of the API: a webhook's address is judged when its socket is made.
        transport = CurlTransport(CurlTransport.Settings(maxConnectionsPerHost: 8))
        let kafkaLogger = logger.component("kafka")
        do throws(KafkaError) {
            follower = try KafkaFollower(
                settings: client, observer: .logging(to: kafkaLogger),
                onError: {
                    kafkaLogger.warning("the reader of record states reports a fault", ["fault": $0.description])
                })
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error)")
        }
        let secret = purge.webhookSecret.map(Secret.init(settings:))
        // Else nobody is told anything.
        if secret == nil, purge.webhookURL != nil || !purge.webhookAllowedHosts.isEmpty {
            logger.warning("purge.webhook.secret is not set: webhooks go out unsigned")
        }
        var auditLog: AuditLog?
        if let path = purge.auditLog {
            do throws(AuditLogError) {
                auditLog = try AuditLog(path: path)
            } catch {
                throw CommandFailure(exitCode: .configuration, message: "purge.auditLog: \(error)")
            }
        }
        parts = PurgeParts(
            settings: PurgeDeskSettings(settings, rules: rules), api: api,
            webhooks: WebhookSender(policy: rules.webhooks, transport: transport, secret: secret, time: time),
            recordStates: RecordStates(topic: settings.topics.recordStates, logger: logger.component("relay")),
            follower: follower, auditLog: auditLog)
    }

    /// Frees what it holds, when nothing uses it any more.
    func close() async {
        await follower.close()
        await transport.close()
    }
}

extension PurgeRules {
    /// What a request must keep to, by the settings.
    init(_ settings: PurgeSettings) {
        self.init(
            resourceTypes: settings.resourceTypes, minWindow: settings.minWindow,
            webhooks: WebhookPolicy(defaultURL: settings.webhookURL, allowedHosts: settings.webhookAllowedHosts))
    }
}

extension PurgeDeskSettings {
    init(_ settings: RelaySettings, rules: PurgeRules) {
        let (purge, topics) = (settings.purge, settings.topics)
        let onViolation: DependencyViolation =
            switch purge.onDependencyViolation {
            case .defer: .defer
            case .reject: .reject
            }
        let onUncertain: UncertainSubmission =
            switch purge.onUncertainSubmission {
            case .hold: .hold
            case .resubmit: .resubmit
            }
        self.init(
            requestsTopic: topics.purgeRequests, outcomesTopic: topics.purgeOutcomes,
            deadLettersTopic: topics.purgeRequestsDeadLetters, jobsTopic: topics.purgeJobs,
            auditTopic: topics.purgeAudit, rules: rules,
            dependencies: Dictionary(
                purge.dependencies.entries.map { ($0.name, $0.list) }, uniquingKeysWith: { first, _ in first }),
            onDependencyViolation: onViolation, onUncertainSubmission: onUncertain,
            pollInterval: purge.pollInterval, quotaRecheck: purge.quotaRecheck, maxDuration: purge.maxDuration,
            ledgerRetention: purge.ledgerRetention)
    }
}

extension Secret {
    /// A secret of the settings, read anew whenever it is needed.
    init(settings secret: SecretValue) {
        self.init { () throws(SecretError) in
            do {
                return try secret.read()
            } catch {
                throw SecretError("\(error)")
            }
        }
    }
}
