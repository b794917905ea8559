import CommandLineParsing
import Configuration
import Observability
import TestSupport
import Testing

@testable import RelayCommand

private func settings(
    _ flags: [String] = [], environment: [String: String] = [:], required: [String] = []
) throws -> RelaySettings {
    let arguments = try ArgumentParser(RunCommand.declaration).parse(flags)
    return try RelaySettings(arguments: arguments, environment: environment, required: required)
}

private func faults(_ flags: String...) throws -> [String] {
    do {
        _ = try settings(flags)
        return []
    } catch let error as ConfigurationError {
        return error.faults.map(\.description)
    }
}

@Suite struct RelaySettingsTests {
    @Test func theDefaultsAreThoseOfTheContract() throws {
        let settings = try settings()
        #expect(settings.warnings == [])
        #expect(settings.kafka.bootstrapServers == ["localhost:9092"])
        #expect(settings.kafka.groupID == "contact-relay")
        #expect(settings.kafka.groupInstanceID == nil)
        #expect(settings.kafka.securityProtocol == .plaintext)
        #expect(settings.kafka.properties == Properties())
        #expect(settings.kafka.autoOffsetReset == .earliest)
        #expect(!settings.kafka.acceptLostRange)
        #expect(settings.topics.contactChanges == "contact-changes")
        #expect(settings.topics.contactOutcomes == "contact-outcomes")
        #expect(settings.topics.contactChangesDeadLetters == "contact-changes.dlq")
        #expect(settings.topics.contactDeletions == "contact-deletions")
        #expect(settings.topics.purgeRequests == "purge-requests")
        #expect(settings.topics.purgeOutcomes == "purge-outcomes")
        #expect(settings.topics.purgeRequestsDeadLetters == "purge-requests.dlq")
        #expect(settings.topics.recordStates == "record-states")
        #expect(settings.topics.purgeJobs == "purge-jobs")
        #expect(settings.topics.purgeAudit == "purge-audit")
        #expect(settings.genesys.apiURL == nil)
        #expect(settings.genesys.authStyle == .form)
        #expect(settings.genesys.apiForm == .guide)
        #expect(settings.genesys.scopes == [])
        #expect(settings.genesys.requestsPerMinute == 300)
        #expect(settings.genesys.requestBurst == .seconds(1))
        #expect(settings.genesys.maxRetryAfter == .seconds(180))
        #expect(settings.genesys.requestTimeout == .seconds(30))
        #expect(settings.genesys.tokenRefreshMargin == .seconds(60))
        #expect(settings.pool.maxInFlight == 64)
        #expect(settings.pool.isAdaptive)
        #expect(settings.pool.maxBuffered == 5000)
        #expect(settings.pool.maxParked == 10000)
        #expect(settings.contacts.sequenceMarks)
        #expect(settings.contacts.deletionRetention == .seconds(90 * 24 * 3600))
        #expect(settings.contacts.contactTTL == .zero)
        #expect(settings.retry.maxAttempts == 8)
        #expect(settings.retry.maxAge == .seconds(900))
        #expect(settings.retry.baseDelay == .milliseconds(500))
        #expect(settings.retry.maxDelay == .seconds(60))
        #expect(settings.purge.isEnabled)
        #expect(settings.purge.resourceTypes == ["conversation", "user", "skill"])
        #expect(
            settings.purge.dependencies == ListMap([.init(name: "conversation", list: ["interaction", "media"])]))
        #expect(settings.purge.onDependencyViolation == .defer)
        #expect(settings.purge.onUncertainSubmission == .hold)
        #expect(settings.purge.pollInterval == .seconds(10))
        #expect(settings.purge.quotaRecheck == .seconds(900))
        #expect(settings.purge.minWindow == .seconds(60))
        #expect(settings.purge.maxDuration == .seconds(7 * 24 * 3600))
        #expect(settings.purge.ledgerRetention == .seconds(400 * 24 * 3600))
        #expect(settings.purge.webhookURL == nil)
        #expect(settings.purge.webhookAllowedHosts == [])
        #expect(settings.purge.webhookSecret == nil)
        #expect(settings.purge.auditLog == nil)
        #expect(settings.operation.adminHost == "127.0.0.1")
        #expect(settings.operation.adminPort == 8080)
        #expect(settings.operation.shutdownGracePeriod == .seconds(45))
        #expect(settings.operation.logLevel == .info)
        #expect(settings.operation.logFormat == .text)
    }

    @Test func theEnvironmentReachesEverySettingByItsName() throws {
        let settings = try settings(environment: [
            "RELAY_KAFKA_BOOTSTRAP_SERVERS": "a:1,b:2", "RELAY_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "RELAY_KAFKA_SASL_MECHANISM": "scram-sha-512", "RELAY_KAFKA_SASL_USERNAME": "u",
            "RELAY_KAFKA_SASL_PASSWORD": "p", "RELAY_KAFKA_PROPERTIES": "fetch.min.bytes=1",
            "RELAY_GENESYS_API_URL": "https://api.example/", "RELAY_GENESYS_CLIENT_ID": "c",
            "RELAY_CACHE_CONTACT_TTL": "5s", "RELAY_LOG_LEVEL": "debug",
        ])
        #expect(settings.warnings == [])
        #expect(settings.kafka.bootstrapServers == ["a:1", "b:2"])
        #expect(settings.kafka.securityProtocol == .saslSSL)
        #expect(settings.kafka.saslMechanism == .scramSHA512)
        #expect(try settings.kafka.saslPassword?.read() == "p")
        #expect(settings.kafka.properties.entries == [.init(name: "fetch.min.bytes", value: "1")])
        #expect(settings.genesys.apiURL == "https://api.example")
        #expect(settings.genesys.clientID == "c")
        #expect(settings.contacts.contactTTL == .seconds(5))
        #expect(settings.operation.logLevel == .debug)
    }

    @Test(arguments: [
        (
            "enable.auto.commit=true",
            "must not hold 'enable.auto.commit': offsets are committed only when their outcomes stand"
        ),
        (
            "isolation.level=read_uncommitted",
            "must not hold 'isolation.level': records of aborted transactions are never applied"
        ),
        ("transactional.id=x", "must not hold 'transactional.id': outcomes and offsets are committed together"),
        (
            "linger.ms=5;partitioner=random",
            "must not hold 'partitioner': records of one key stay in one partition, as Java's producer chooses it"
        ),
        ("sasl.password=hunter2", "must not hold 'sasl.password'; use kafka.sasl.password"),
    ])
    func aPropertyThatWouldBreakAPromiseIsRefused(_ text: String, _ problem: String) throws {
        #expect(try faults("--kafka-properties", text) == ["--kafka-properties: kafka.properties \(problem)"])
    }

    @Test func settingsThatDoNotGoTogetherAreRefused() throws {
        #expect(
            try faults("--kafka-security-protocol=sasl_ssl") == [
                "--kafka-security-protocol: kafka.securityProtocol needs kafka.sasl.mechanism"
            ])
        #expect(
            try faults("--kafka-sasl-mechanism=PLAIN") == [
                "--kafka-sasl-mechanism: kafka.sasl.mechanism needs kafka.securityProtocol sasl_ssl or sasl_plaintext",
                "--kafka-sasl-mechanism: kafka.sasl.mechanism PLAIN needs kafka.sasl.username and kafka.sasl.password",
            ])
        #expect(
            try faults("--kafka-ssl-key-file=key.pem") == [
                "--kafka-ssl-key-file: kafka.ssl.keyFile needs both kafka.ssl.certificateFile and kafka.ssl.keyFile"
            ])
        #expect(
            try faults("--retry-max-delay=100ms") == [
                "--retry-max-delay: retry.maxDelay must not be less than retry.baseDelay, 500ms"
            ])
        #expect(
            try faults("--topics-contact-outcomes=contact-changes") == [
                "--topics-contact-outcomes: topics.contactOutcomes names the topic of topics.contactChanges; each needs its own"
            ])
    }

    @Test func theEnvironmentReachesTheSettingsOfPurges() throws {
        let purge = try settings(environment: [
            "RELAY_PURGE_DEPENDENCIES": "conversation=interaction,media;user=session",
            "RELAY_PURGE_ON_DEPENDENCY_VIOLATION": "reject", "RELAY_PURGE_ON_UNCERTAIN_SUBMISSION": "resubmit",
            "RELAY_PURGE_WEBHOOK_URL": "https://hooks.example/purge/?team=dpo",
            "RELAY_PURGE_WEBHOOK_ALLOWED_HOSTS": "hooks.example,::1", "RELAY_PURGE_WEBHOOK_SECRET": "s",
        ]).purge
        #expect(
            purge.dependencies.entries == [
                .init(name: "conversation", list: ["interaction", "media"]), .init(name: "user", list: ["session"]),
            ])
        #expect(purge.onDependencyViolation == .reject)
        #expect(purge.onUncertainSubmission == .resubmit)
        #expect(purge.webhookURL == "https://hooks.example/purge/?team=dpo")
        #expect(purge.webhookAllowedHosts == ["hooks.example", "::1"])
        #expect(try purge.webhookSecret?.read() == "s")
    }

    @Test(arguments: [
        ("dependencies", "a=b,a", "has 'a' depend on itself"),
        ("dependencies", "a=", "names nothing that depends on 'a'"),
        ("resource-types", "", "must name at least 1"),
        (
            "webhook-allowed-hosts", "https://a",
            "must hold host names or addresses, without scheme, port and path, not 'https://a'"
        ),
        (
            "webhook-allowed-hosts", "a:80",
            "must hold host names or addresses, without scheme, port and path, not 'a:80'"
        ),
        ("poll-interval", "99ms", "must be 100ms or more, not 99ms"),
        ("quota-recheck", "999ms", "must be 1s or more, not 999ms"),
    ])
    func senselessSettingsOfPurgesAreRefused(_ flag: String, _ text: String, _ problem: String) throws {
        let faults = try faults("--purge-\(flag)=\(text)")
        #expect(faults.count == 1)
        #expect(faults.first?.hasSuffix(" \(problem)") == true)
    }

    @Test func purgesNeedTransactions() throws {
        #expect(
            try faults("--no-kafka-transactions") == [
                "--kafka-transactions: kafka.transactions is false, but purges need transactions: without them one could be submitted twice; set purge.enabled to false to run without purges"
            ])
        #expect(try faults("--no-kafka-transactions", "--no-purge-enabled") == [])
    }

    @Test func everyTopicNeedsANameOfItsOwn() throws {
        let group = TopicSettings.group
        for (setting, option) in zip(group.settings, group.options.options).dropFirst() {
            let faults = thrownError(ConfigurationError.self) {
                try settings(["--\(option.name)=contact-changes"])
            }?.faults
            #expect(faults?.map(\.key) == [setting.key])
        }
        #expect(group.settings.count == 10)
    }

    @Test(arguments: ["", ".", "..", "a/b", "a b", "é", String(repeating: "a", count: 250)])
    func namesThatKafkaRefusesAreRefused(_ name: String) throws {
        #expect(try faults("--topics-contact-changes=\(name)").count == 1)
    }

    @Test func aShortGracePeriodIsWarnedOf() throws {
        let settings = try settings(["--shutdown-grace-period=30s"])
        #expect(
            settings.warnings.map(\.description) == [
                "--shutdown-grace-period: shutdown.gracePeriod is not longer than genesys.requestTimeout, 30s: a request may be cut off at shutdown"
            ])
    }

    @Test func aBurstBeyondTheQuotasWindowIsWarnedOf() throws {
        #expect(try settings(["--genesys-request-burst=60s"]).warnings == [])
        #expect(
            try settings(["--genesys-request-burst=61s"]).warnings.map(\.description) == [
                "--genesys-request-burst: genesys.requestBurst is longer than a minute: for the burst's sake the pace is less than half of the quota"
            ])
        #expect(try settings(["--genesys-request-burst=0s"]).warnings == [])
        #expect(try faults("--genesys-request-burst=-1s").count == 1)
    }

    @Test func theWorkerNamesAllThatItNeeds() throws {
        let error = thrownError(ConfigurationError.self) {
            try settings(["--genesys-client-id=c"], required: GenesysSettings.required)
        }
        #expect(error?.faults.map(\.key) == ["genesys.apiUrl", "genesys.authUrl", "genesys.clientSecret"])
    }

    @Test func everyKeyIsInCamelCaseAndEveryDocIsASentence() {
        for setting in RelaySettings.table.settings {
            #expect(setting.key.wholeMatch(of: /[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+/) != nil, "\(setting.key)")
            #expect(setting.doc.hasSuffix("."), "\(setting.key)")
        }
    }
}
