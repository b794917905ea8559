import CommandLineParsing
import Configuration

/// Rules between settings, each of which is right by itself.
struct SettingRules {
    let settings: RelaySettings
    let values: SettingValues

    /// The window for which the quota is stated.
    private static let longestBurst = Duration.seconds(60)

    /// What would not work.
    var faults: [ConfigurationFault] {
        var faults: [ConfigurationFault] = []
        let kafka = settings.kafka
        if kafka.securityProtocol.usesSASL, kafka.saslMechanism == nil {
            faults.append(fault(KafkaSettings.securityProtocol, "needs kafka.sasl.mechanism"))
        }
        if let mechanism = kafka.saslMechanism {
            if !kafka.securityProtocol.usesSASL {
                faults.append(
                    fault(KafkaSettings.saslMechanism, "needs kafka.securityProtocol sasl_ssl or sasl_plaintext"))
            }
            if mechanism.needsPassword, kafka.saslUsername == nil || kafka.saslPassword == nil {
                faults.append(
                    fault(
                        KafkaSettings.saslMechanism,
                        "\(mechanism.rawValue) needs kafka.sasl.username and kafka.sasl.password"))
            }
        }
        if (kafka.sslCertificateFile == nil) != (kafka.sslKeyFile == nil) {
            let given = kafka.sslKeyFile == nil ? KafkaSettings.sslCertificateFile : KafkaSettings.sslKeyFile
            faults.append(fault(given, "needs both kafka.ssl.certificateFile and kafka.ssl.keyFile"))
        }
        if settings.retry.maxDelay < settings.retry.baseDelay {
            faults.append(
                fault(
                    RetrySettings.maxDelay,
                    "must not be less than retry.baseDelay, \(settings.retry.baseDelay.argumentText)"))
        }
        if settings.purge.isEnabled, !settings.delivery.usesTransactions {
            faults.append(
                fault(
                    DeliverySettings.usesTransactions,
                    "is false, but purges need transactions: without them one could be submitted twice; set "
                        + "purge.enabled to false to run without purges"))
        }
        return faults + topicFaults
    }

    /// What works, but not well.
    var warnings: [ConfigurationFault] {
        var warnings: [ConfigurationFault] = []
        if settings.genesys.requestBurst > Self.longestBurst {
            warnings.append(
                fault(
                    GenesysSettings.requestBurst,
                    "is longer than a minute: for the burst's sake the pace is less than half of the quota"))
        }
        if settings.operation.shutdownGracePeriod <= settings.genesys.requestTimeout {
            warnings.append(
                fault(
                    OperationSettings.shutdownGracePeriod,
                    "is not longer than genesys.requestTimeout, \(settings.genesys.requestTimeout.argumentText): "
                        + "a request may be cut off at shutdown"))
        }
        return warnings
    }

    /// Two topics of one name: the relay would read what it wrote.
    private var topicFaults: [ConfigurationFault] {
        let topics = TopicSettings.all
        return topics.indices.compactMap { index in
            let twin = topics[..<index].first { values[$0] == values[topics[index]] }
            return twin.map { twin in
                fault(topics[index], "names the topic of \(twin.definition.key); each needs its own")
            }
        }
    }

    private func fault<Value>(_ setting: Setting<Value>, _ problem: String) -> ConfigurationFault {
        ConfigurationFault(key: setting.definition.key, source: values.source(of: setting), problem: problem)
    }
}
