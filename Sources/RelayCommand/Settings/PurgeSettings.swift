import CommandLineParsing
import Configuration
import Relay

/// Which purges are taken, how they are followed, and who hears of their end.
struct PurgeSettings: Sendable {
    /// What becomes of a purge while a dependent type has soft-deleted records.
    enum DependencyViolation: String, Sendable, CaseIterable {
        case `defer`
        case reject
    }

    /// What becomes of a purge of which nobody knows whether the API took it.
    enum UncertainSubmission: String, Sendable, CaseIterable {
        case hold
        case resubmit
    }

    var isEnabled: Bool
    var resourceTypes: [String]
    var dependencies: ListMap
    var onDependencyViolation: DependencyViolation
    var onUncertainSubmission: UncertainSubmission
    var pollInterval: Duration
    var quotaRecheck: Duration
    var minWindow: Duration
    var maxDuration: Duration
    var ledgerRetention: Duration
    var webhookURL: String?
    var webhookAllowedHosts: [String]
    var webhookSecret: SecretValue?
    var auditLog: String?
}

extension PurgeSettings {
    static let isEnabled = Setting(
        "purge.enabled", .boolean, default: true,
        "Whether purge requests are read. Purges need kafka.transactions; without it this must be false.")
    static let resourceTypes = Setting(
        "purge.resourceTypes", .list(atLeast: 1), default: ["conversation", "user", "skill"],
        "Resource types that may be purged; a request for another is rejected.")
    static let dependencies = Setting(
        "purge.dependencies", .listMap.validated(rule: DependencyRule.problem),
        default: ListMap([ListMap.Entry(name: "conversation", list: ["interaction", "media"])]),
        "Which types depend on which: a type is not purged while one that depends on it has soft-deleted records.")
    static let onDependencyViolation = Setting(
        "purge.onDependencyViolation", .word(of: DependencyViolation.self), default: .defer,
        "What becomes of such a request: it waits until they are gone or restored (defer), or ends (reject).")
    static let onUncertainSubmission = Setting(
        "purge.onUncertainSubmission", .word(of: UncertainSubmission.self), default: .hold,
        "What becomes of a request whose submission got no certain answer: it waits for a person (hold), or is sent "
            + "again (resubmit), which may purge twice.")
    static let pollInterval = Setting(
        "purge.pollInterval", .duration(atLeast: .milliseconds(100)), default: .seconds(10),
        "How often a young job is asked for its state; a long one is asked less often.")
    static let quotaRecheck = Setting(
        "purge.quotaRecheck", .duration(atLeast: .seconds(1)), default: .seconds(15 * 60),
        "How long until the quota is asked for again, once none was left.")
    static let minWindow = Setting(
        "purge.minWindow", .duration(atLeast: .zero), default: .seconds(60),
        "How long an execution window must at least be; a request with a shorter one is rejected.")
    static let maxDuration = Setting(
        "purge.maxDuration", .duration(atLeast: .seconds(1)), default: .seconds(7 * 86_400),
        "How long a submitted job may take; one that has not ended by then fails here, whatever the API does with it.")
    static let ledgerRetention = Setting(
        "purge.ledgerRetention", .duration(atLeast: .seconds(1)), default: .seconds(400 * 86_400),
        "How long an ended purge is remembered, so that a request with the same id is not submitted again.")
    static let webhookURL = Setting(
        "purge.webhook.url", .wholeURL,
        "Where the end of a job is posted when its request names no address; its host is allowed by itself.")
    static let webhookAllowedHosts = Setting(
        "purge.webhook.allowedHosts", .list(placeholder: "HOST,…").validated(rule: WebhookHostRule.problem),
        default: [],
        "Host names and addresses that webhooks may go to. One with a private or loopback address must be named here.")
    static let webhookSecret = Setting(
        "purge.webhook.secret", .secret, "Secret that webhooks are signed with, as Standard Webhooks says.")
    static let auditLog = Setting(
        "purge.auditLog", .text, "File that every audit record is also added to, one line each.")

    static let group = SettingGroup(
        "Purges",
        [
            isEnabled.definition, resourceTypes.definition, dependencies.definition,
            onDependencyViolation.definition, onUncertainSubmission.definition, pollInterval.definition,
            quotaRecheck.definition, minWindow.definition, maxDuration.definition, ledgerRetention.definition,
            webhookURL.definition, webhookAllowedHosts.definition, webhookSecret.definition, auditLog.definition,
        ])

    /// The part of `group` for a command that only wants to know which topics there are.
    static let switchGroup = SettingGroup("Purges", [isEnabled.definition])

    /// The part of `group` that says which requests are good ones.
    static let requestGroup = SettingGroup(
        "Purges",
        [
            resourceTypes.definition, minWindow.definition, webhookURL.definition, webhookAllowedHosts.definition,
        ])

    init(_ values: SettingValues) {
        isEnabled = values[Self.isEnabled]
        resourceTypes = values[Self.resourceTypes]
        dependencies = values[Self.dependencies]
        onDependencyViolation = values[Self.onDependencyViolation]
        onUncertainSubmission = values[Self.onUncertainSubmission]
        pollInterval = values[Self.pollInterval]
        quotaRecheck = values[Self.quotaRecheck]
        minWindow = values[Self.minWindow]
        maxDuration = values[Self.maxDuration]
        ledgerRetention = values[Self.ledgerRetention]
        webhookURL = values[Self.webhookURL]
        webhookAllowedHosts = values[Self.webhookAllowedHosts]
        webhookSecret = values[Self.webhookSecret]
        auditLog = values[Self.auditLog]
    }
}

/// Which dependencies between types make sense.
private enum DependencyRule {
    /// What is wrong with them, to follow the setting's name.
    @Sendable static func problem(_ dependencies: ListMap) -> String? {
        for entry in dependencies.entries {
            if entry.list.isEmpty { return "names nothing that depends on '\(entry.name)'" }
            if entry.list.contains(entry.name) { return "has '\(entry.name)' depend on itself" }
        }
        return nil
    }
}

/// What may stand for a host.
private enum WebhookHostRule {
    /// What is wrong with the list, to follow the setting's name.
    @Sendable static func problem(_ hosts: [String]) -> String? {
        guard let odd = hosts.first(where: { !WebhookPolicy.isHost($0) }) else { return nil }
        return "must hold host names or addresses, without scheme, port and path, not '\(odd.shortened)'"
    }
}
