import CommandLineParsing
import Configuration
import Synchronization

@testable import RelayCommand

/// Runs command lines and keeps what they print.
final class CapturedConsole: Sendable {
    private let texts = Mutex((output: "", error: ""))

    var output: String { texts.withLock { $0.output } }
    var error: String { texts.withLock { $0.error } }

    func context(width: Int = 100, environment: [String: String] = [:]) -> CommandContext {
        CommandContext(
            console: Console(
                standardOutput: { text in self.texts.withLock { $0.output += text } },
                writeData: { bytes in
                    self.texts.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
                },
                standardError: { text in self.texts.withLock { $0.error += text } }, width: width),
            environment: environment)
    }

    func run(_ words: String...) async -> ExitCode {
        await Program.run(words, in: context())
    }
}
