import Configuration

/// How the Kafka cluster is reached and read.
struct KafkaSettings: Sendable {
    /// The words of librdkafka, in small letters.
    enum SecurityProtocol: String, Sendable, CaseIterable {
        case plaintext
        case ssl
        case saslPlaintext = "sasl_plaintext"
        case saslSSL = "sasl_ssl"

        var usesSASL: Bool { self == .saslPlaintext || self == .saslSSL }
    }

    /// The words of IANA's registry of SASL mechanisms.
    enum SASLMechanism: String, Sendable, CaseIterable {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
        case oauthBearer = "OAUTHBEARER"
        case gssapi = "GSSAPI"

        var needsPassword: Bool { self == .plain || self == .scramSHA256 || self == .scramSHA512 }
    }

    /// Where a partition without a committed offset begins.
    enum OffsetReset: String, Sendable, CaseIterable {
        case earliest
        case latest
    }

    var bootstrapServers: [String]
    var groupID: String
    var groupInstanceID: String?
    var securityProtocol: SecurityProtocol
    var saslMechanism: SASLMechanism?
    var saslUsername: String?
    var saslPassword: SecretValue?
    var sslCAFile: String?
    var sslCertificateFile: String?
    var sslKeyFile: String?
    var sslKeyPassword: SecretValue?
    var properties: Properties
    var autoOffsetReset: OffsetReset
    var acceptLostRange: Bool
}

extension KafkaSettings {
    static let bootstrapServers = Setting(
        "kafka.bootstrapServers", .list(atLeast: 1, placeholder: "HOST:PORT,…"), default: ["localhost:9092"],
        "Brokers to begin with, as host:port; the others are found through them.")
    static let groupID = Setting(
        "kafka.groupId", .text, default: "contact-relay", "Consumer group that all replicas share.")
    static let groupInstanceID = Setting(
        "kafka.groupInstanceId", .text,
        "Static member name of this replica (KIP-345): it keeps its partitions over a short restart.")
    static let securityProtocol = Setting(
        "kafka.securityProtocol", .word(of: SecurityProtocol.self), default: .plaintext,
        "How connections to the brokers are secured.")
    static let saslMechanism = Setting(
        "kafka.sasl.mechanism", .word(of: SASLMechanism.self), "SASL mechanism to log in with.")
    static let saslUsername = Setting("kafka.sasl.username", .text, "SASL user name.")
    static let saslPassword = Setting("kafka.sasl.password", .secret, "SASL password.")
    static let sslCAFile = Setting(
        "kafka.ssl.caFile", .text, "PEM file of the authorities that the brokers' certificates must come from.")
    static let sslCertificateFile = Setting(
        "kafka.ssl.certificateFile", .text, "PEM file of the certificate to log in with.")
    static let sslKeyFile = Setting("kafka.ssl.keyFile", .text, "PEM file of that certificate's private key.")
    static let sslKeyPassword = Setting("kafka.ssl.keyPassword", .secret, "Password of the private key.")
    static let properties = Setting(
        "kafka.properties", .properties.validated(rule: KafkaPropertyRule.problem), default: Properties(),
        "Further properties of librdkafka, as they are. One that would break a promise of the relay is refused.")
    static let autoOffsetReset = Setting(
        "kafka.autoOffsetReset", .word(of: OffsetReset.self), default: .earliest,
        "Where a partition begins that the group has no committed offset for.")
    static let acceptLostRange = Setting(
        "kafka.acceptLostRange", .boolean, default: false,
        "Go on behind records that the broker deleted before they were read, instead of stopping the partition.")

    static let group = SettingGroup(
        "Kafka",
        [
            bootstrapServers.definition, groupID.definition, groupInstanceID.definition, securityProtocol.definition,
            saslMechanism.definition, saslUsername.definition, saslPassword.definition, sslCAFile.definition,
            sslCertificateFile.definition, sslKeyFile.definition, sslKeyPassword.definition, properties.definition,
            autoOffsetReset.definition, acceptLostRange.definition,
        ])

    init(_ values: SettingValues) {
        bootstrapServers = values[Self.bootstrapServers]
        groupID = values[Self.groupID]
        groupInstanceID = values[Self.groupInstanceID]
        securityProtocol = values[Self.securityProtocol]
        saslMechanism = values[Self.saslMechanism]
        saslUsername = values[Self.saslUsername]
        saslPassword = values[Self.saslPassword]
        sslCAFile = values[Self.sslCAFile]
        sslCertificateFile = values[Self.sslCertificateFile]
        sslKeyFile = values[Self.sslKeyFile]
        sslKeyPassword = values[Self.sslKeyPassword]
        properties = values[Self.properties]
        autoOffsetReset = values[Self.autoOffsetReset]
        acceptLostRange = values[Self.acceptLostRange]
    }
}
