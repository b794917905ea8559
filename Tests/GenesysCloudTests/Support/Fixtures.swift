import HTTPClient
import Observability
import Seams
import Synchronization
import TestSupport

@testable import GenesysCloud

extension GenesysSettings {
    static func sample(
        style: AuthStyle = .form, scopes: [String] = [], requestsPerMinute: Double? = nil,
        secret: Secret = Secret(value: "hush&hush")
    ) -> GenesysSettings {
        GenesysSettings(
            apiURL: "https://api.example/", authURL: "https://login.example", authStyle: style, clientID: "relay",
            clientSecret: secret, scopes: scopes, requestsPerMinute: requestsPerMinute)
    }
}

/// Keeps every line that is logged.
final class RecordingLog: LogHandler {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }
    var logger: Logger { Logger(level: .trace, handler: self) }

    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) {
        kept.withLock { $0.append("\(level) \(message) \(metadata)") }
    }
}

/// What several tasks noted, in the order of their noting.
final class Noted: Sendable {
    private let kept = Mutex<[Int]>([])

    var numbers: [Int] { kept.withLock { $0 } }

    func note(_ number: Int) { kept.withLock { $0.append(number) } }
}

/// A number that tests count up from several tasks.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// A truth that a test turns from any task.
final class Flag: Sendable {
    private let state: Mutex<Bool>

    init(_ value: Bool) {
        state = Mutex(value)
    }

    var value: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    var permit: WritePermit { WritePermit { self.value } }
}

/// Gives tokens `t1`, `t2`, … and answers everything else with `script`.
func answering(_ script: @escaping ScriptedTransport.Script) -> ScriptedTransport {
    let tokens = Counter()
    return ScriptedTransport { (request, number) throws(HTTPError) in
        if request.isForToken { return .token("t\(tokens.next())") }
        return try await script(request, number)
    }
}

func provider(
    _ transport: ScriptedTransport, time: ManualTime, settings: GenesysSettings = .sample(), seed: UInt64 = 1,
    logger: Logger = .disabled
) -> TokenProvider {
    TokenProvider(
        settings: settings, transport: transport, time: time, random: SeededRandom(seed: seed), logger: logger)
}

func client(
    _ transport: ScriptedTransport, time: ManualTime = ManualTime(), settings: GenesysSettings = .sample(),
    logger: Logger = .disabled
) -> GenesysClient {
    GenesysClient(
        settings: settings, transport: transport, time: time, random: SeededRandom(seed: 1), logger: logger)
}
