import CommandLineParsing
import Configuration
import KafkaClient
import Observability

extension KafkaSettings {
    /// The settings in librdkafka's own words. Secrets from files are read here, so a client made later sees a new one.
    ///
    /// - Throws: `CommandFailure` (78) naming a secret's file that cannot be read, or a property that librdkafka does not
    ///   take.
    func clientSettings() throws(CommandFailure) -> KafkaClientSettings {
        var own: [(name: String, value: String)] = [("security.protocol", securityProtocol.rawValue)]
        func add(_ name: String, _ value: String?) {
            if let value { own.append((name, value)) }
        }
        add("sasl.mechanism", saslMechanism?.rawValue)
        add("sasl.username", saslUsername)
        add("sasl.password", try read(saslPassword, Self.saslPassword.definition.key))
        add("ssl.ca.location", sslCAFile)
        add("ssl.certificate.location", sslCertificateFile)
        add("ssl.key.location", sslKeyFile)
        add("ssl.key.password", try read(sslKeyPassword, Self.sslKeyPassword.definition.key))
        do throws(KafkaError) {
            return try KafkaClientSettings(
                bootstrapServers: bootstrapServers.joined(separator: ","),
                properties: own + properties.entries.map { ($0.name, $0.value) })
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "kafka.properties: \(error.message)")
        }
    }

    private func read(_ secret: SecretValue?, _ key: String) throws(CommandFailure) -> String? {
        do {
            return try secret?.read()
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "\(key): \(error)")
        }
    }
}

extension KafkaObserver {
    /// Hands librdkafka's log lines on to the logger, each at the level that syslog's numbers mean.
    static func logging(to logger: Logger) -> KafkaObserver {
        KafkaObserver(log: { line in
            // The same properties go to the consumer and to the producer, so each ignores some of them, as it should.
            let isExpected = line.facility == "CONFWARN" && line.text.contains("will be ignored by this")
            let level: Logger.Level =
                switch line.level {
                case _ where isExpected: .debug
                case ...2: .critical
                case 3: .error
                case 4: .warning
                case 5: .notice
                case 6: .info
                default: .debug
                }
            logger.log(level, line.text, ["facility": line.facility, "client": line.client])
        })
    }
}
