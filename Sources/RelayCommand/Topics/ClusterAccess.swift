import CommandLineParsing
import KafkaClient
import Synchronization

/// Reaches the cluster for a command, and says in words when it does not answer.
enum ClusterAccess {
    /// How long a command waits for a broker.
    static let patience = Duration.seconds(10)

    /// Runs `body` with an admin client, which is closed afterwards.
    ///
    /// - Throws: `CommandFailure`: 69 naming kafka.bootstrapServers where no broker answers, 78 for settings that
    ///   librdkafka refuses.
    static func withAdmin<Answer: Sendable>(
        _ settings: KafkaSettings, timeout: Duration = patience,
        _ body: (KafkaAdmin) async throws(KafkaError) -> Answer
    ) async throws(CommandFailure) -> Answer {
        let client = try settings.clientSettings()
        let lastWords = LastWords()
        let admin: KafkaAdmin
        do throws(KafkaError) {
            admin = try KafkaAdmin(settings: client, timeout: timeout, observer: lastWords.observer)
        } catch {
            throw CommandFailure(exitCode: .configuration, message: "the Kafka client cannot start: \(error.message)")
        }
        do throws(KafkaError) {
            let answer = try await body(admin)
            await admin.close()
            return answer
        } catch {
            await admin.close()
            throw failure(error, settings, timeout, lastWords.text)
        }
    }

    private static func failure(
        _ error: KafkaError, _ settings: KafkaSettings, _ timeout: Duration, _ lastWords: String?
    ) -> CommandFailure {
        let servers = "kafka.bootstrapServers (\(settings.bootstrapServers.joined(separator: ",")))"
        let isSilence = ["_TRANSPORT", "_TIMED_OUT", "_ALL_BROKERS_DOWN", "_RESOLVE"].contains(error.code)
        let what =
            isSilence
            ? "no broker of \(servers) answered within \(timeout.argumentText)" : "Kafka at \(servers): \(error)"
        return CommandFailure(exitCode: .unavailable, message: what + (lastWords.map { ": \($0)" } ?? ""))
    }
}

/// Keeps what librdkafka said last about a fault: its error codes alone do not tell a wrong port from a wrong password.
final class LastWords: Sendable {
    private let kept = Mutex<String?>(nil)

    /// Hears warnings and worse.
    var observer: KafkaObserver {
        KafkaObserver(log: { [self] line in
            guard line.level <= 4 else { return }
            kept.withLock { $0 = Self.withoutThread(line.text) }
        })
    }

    /// Nil where nothing was said.
    var text: String? { kept.withLock { $0 } }

    /// The words without the thread's name, which librdkafka writes in brackets before them.
    private static func withoutThread(_ text: String) -> String {
        guard text.hasPrefix("[thrd:"), let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { return text }
        return String(text[text.utf8.index(after: end)...].drop { $0 == ":" || $0 == " " })
    }
}
