import CommandLineParsing
import Configuration
import KafkaClient
import Seams
import Synchronization

/// Reads the ledger of purges for a command.
enum LedgerAccess {
    /// How long reading may take: a transaction that a worker has left open is waited out, which takes 20 s at most
    /// where it has the default time-outs.
    static let patience = Duration.seconds(120)

    /// Every job, as the ledger has it at the moment of the call.
    ///
    /// - Throws: `CommandFailure`: 69 where no broker answers, or the topic is not there or not read in time.
    static func read(_ settings: RelaySettings, time: any TimeSource) async throws(CommandFailure) -> PurgeTable {
        let topic = settings.topics.purgeJobs
        let description = try await ClusterAccess.withAdmin(settings.kafka) { admin throws(KafkaError) in
            try await admin.topics()[topic]
        }
        guard let description else {
            throw CommandFailure(
                exitCode: .unavailable,
                message: "the topic \(topic) (topics.purgeJobs) does not exist; "
                    + "'contact-relay topics --create' creates it")
        }
        let client = try settings.kafka.clientSettings()
        let lastWords = LastWords()
        let reader: KafkaStateReader
        do throws(KafkaError) {
            reader = try KafkaStateReader(settings: client, observer: lastWords.observer)
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error.message)")
        }
        let partitions = (0..<description.partitions).map { TopicPartition(topic, $0) }
        do throws(CommandFailure) {
            let table = try await read(partitions, with: reader, time: time) { lastWords.text }
            await reader.close()
            return table
        } catch {
            await reader.close()
            throw error
        }
    }

    /// The same of `partitions`, all at once.
    ///
    /// - Parameter lastWords: What the client said last about a fault.
    static func read(
        _ partitions: [TopicPartition], with reader: any KafkaStateReading, time: any TimeSource,
        lastWords: @escaping @Sendable () -> String? = { nil }
    ) async throws(CommandFailure) -> PurgeTable {
        let collected = Collected()
        let failure = await withTaskGroup(of: Ending.self) { group -> String? in
            for partition in partitions {
                group.addTask {
                    do throws(KafkaError) {
                        try await reader.read(partition) { collected.take($0) }
                        return .read
                    } catch {
                        return .failed("the ledger cannot be read: \(error)")
                    }
                }
            }
            group.addTask {
                try? await time.sleep(for: patience)
                let words = lastWords().map { ": \($0)" } ?? ""
                return .failed("the ledger was not read within \(patience.argumentText)\(words)")
            }
            defer { group.cancelAll() }
            var left = partitions.count
            while left > 0, let ending = await group.next() {
                if case .failed(let words) = ending { return words }
                left -= 1
            }
            return nil
        }
        if let failure { throw CommandFailure(exitCode: .unavailable, message: failure) }
        return collected.table
    }

    /// How one of the tasks ended.
    private enum Ending: Sendable {
        case read
        /// With what is said about it.
        case failed(String)
    }

    /// What the reader's thread hands over.
    private final class Collected: Sendable {
        private let kept = Mutex(PurgeTable())

        func take(_ records: [KafkaRecord]) { kept.withLock { $0.take(records) } }

        var table: PurgeTable { kept.withLock { $0 } }
    }
}
