import CommandLineParsing
import GenesysCloud
import Glibc
import HTTPClient
import JSON
import Observability
import Sandbox
import Seams
import Synchronization
import TestSupport

@testable import RelayCommand

/// A sandbox with contacts in it, and `export` run against it as from the command line.
final class ExportBench: Sendable {
    let sandbox: SandboxServer
    private let output = Mutex<[UInt8]>([])
    private let errors = Mutex("")
    let path: String
    private let fileOwner: TemporaryFile

    static let contactsPath = "/api/v2/external-contacts/contacts"

    /// Organizations `org-1`, … (external ids `o1`, …) with so many contacts each.
    init(contacts: [Int], time: any TimeSource = SystemTime()) async throws {
        var settings = SandboxSettings()
        settings.port = 0
        sandbox = SandboxServer(settings: settings, time: time, random: SeededRandom(seed: 1))
        fileOwner = TemporaryFile("")
        path = fileOwner.path
        try sandbox.start()
        let transport = CurlTransport(CurlTransport.Settings(maxConnectionsPerHost: 8))
        let api = GenesysClient(
            settings: GenesysCloud.GenesysSettings(
                apiURL: sandbox.url, authURL: sandbox.url, clientID: "sandbox", clientSecret: Secret(value: "sandbox"),
                requestsPerMinute: nil),
            transport: transport, time: SystemTime(), random: SystemRandom(), logger: .disabled)
        var tally = CallTally()
        for (index, count) in contacts.enumerated() {
            let organization = try await api.create(
                .organization, ["name": "O", "externalId": .string("o\(index + 1)")], permit: .always, tally: &tally)
            let id = organization["id"] ?? .null
            for start in stride(from: 0, to: count, by: 100) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in start..<min(start + 100, count) {
                        group.addTask {
                            var tally = CallTally()
                            _ = try await api.create(
                                .contact,
                                [
                                    "organizationId": id, "firstName": .string("N\(number)"),
                                    "externalId": .string("x\(index)-\(number)"), "metadata": ["n": 1.0],
                                ], permit: .always, tally: &tally)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        await transport.close()
    }

    deinit { sandbox.stop() }

    func export(
        _ words: String..., secret: String = "sandbox", url: String? = nil,
        written: @escaping @Sendable (_ number: Int) throws(WriteFailure) -> Void = { _ in }
    ) async -> ExitCode {
        await export(words, secret: secret, url: url, written: written)
    }

    /// Runs `export` with these words.
    ///
    /// - Parameter written: Called with the number of each write to standard output.
    func export(
        _ words: [String], secret: String = "sandbox", url: String? = nil,
        written: @escaping @Sendable (_ number: Int) throws(WriteFailure) -> Void = { _ in }
    ) async -> ExitCode {
        let count = WriteCount()
        let context = CommandContext(
            console: Console(
                standardOutput: { _ in },
                writeData: { bytes throws(WriteFailure) in
                    try written(count.next())
                    self.output.withLock { $0 += bytes }
                },
                standardError: { text in self.errors.withLock { $0 += text } }, width: 100),
            environment: [
                "RELAY_GENESYS_API_URL": url ?? sandbox.url, "RELAY_GENESYS_AUTH_URL": sandbox.url,
                "RELAY_GENESYS_CLIENT_ID": "sandbox", "RELAY_GENESYS_CLIENT_SECRET": secret,
                "RELAY_GENESYS_REQUESTS_PER_MINUTE": "600000", "RELAY_RETRY_BASE_DELAY": "1ms",
                "RELAY_LOG_LEVEL": "error",
            ])
        return await Program.run(["export"] + words, in: context)
    }
}

/// Counts writes.
private final class WriteCount: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

extension ExportBench {
    /// The lines that standard output got.
    var lines: [String] { Self.lines(of: output.withLock { $0 }) }

    /// What standard error got.
    var said: String { errors.withLock { $0 } }

    /// The lines of the file.
    var fileLines: [String] {
        var lines: [String] = []
        if var reader = try? LineReader(path) {
            while let line = try? reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines
    }

    /// The sandbox's contacts of an organization, oldest first, as it writes them.
    func contacts(of organizationID: String = "org-1") -> [String] {
        sandbox.contacts.filter { $0["organizationId"]?.stringValue == organizationID }.map(\.text)
    }

    /// The pages that were asked for, in order.
    var pagesAsked: [String] {
        sandbox.requests().map(\.target).compactMap { $0.firstMatch(of: /page=(\d+)&/).map { String($0.1) } }
    }

    private static func lines(of bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
