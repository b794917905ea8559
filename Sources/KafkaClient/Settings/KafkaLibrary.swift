internal import CRdKafka

/// The librdkafka that this process has loaded.
public enum KafkaLibrary {
    /// Its version as it writes it, such as `2.0.2`; it may be newer than the one this was compiled with.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// Its version as a number: `0xMMmmrrpp`, major, minor, revision and pre-release (`0xff` is a release).
    public static var versionNumber: Int32 { rd_kafka_version() }
}
