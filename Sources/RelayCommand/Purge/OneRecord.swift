import CommandLineParsing
import Configuration
import KafkaClient

/// Produces a single record while a person waits.
enum OneRecord {
    /// Returns when the broker has acknowledged it.
    ///
    /// - Throws: `CommandFailure`: 69 where it did not in time, 78 where librdkafka refuses the settings.
    static func produce(_ record: ProducerRecord, _ settings: KafkaSettings) async throws(CommandFailure) {
        let own = try settings.clientSettings()
        let lastWords = LastWords()
        let producer: KafkaProducer
        do throws(KafkaError) {
            let limited = try KafkaClientSettings(
                bootstrapServers: own.bootstrapServers,
                properties: [("message.timeout.ms", String(Emitter.patience.components.seconds * 1000))]
                    + own.properties)
            producer = try KafkaProducer(settings: limited, observer: lastWords.observer)
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error.message)")
        }
        let results = await producer.produce([record])
        await producer.close()
        guard case .failure(let error)? = results.first else { return }
        throw CommandFailure(
            exitCode: .unavailable,
            message: "Kafka at kafka.bootstrapServers (\(own.bootstrapServers)) did not acknowledge the event: \(error)"
                + (lastWords.text.map { ", \($0)" } ?? ""))
    }
}
