import Foundation
import HTTPClient
import JSON
import ProcessSupport

/// `contact-relay run` as a process of its own, with its log in a file.
final class RelayProcess: Sendable {
    private let program: ProgramProcess
    private let settings: [String: String]
    private let transport = CurlTransport(CurlTransport.Settings(proxy: .none))

    /// Starts a worker, hands it to `body` and ends it in any case; what `body` throws is thrown with the end of the log.
    static func running<Result>(
        _ scenario: Scenario, _ more: [String: String] = [:], _ body: (RelayProcess) async throws -> Result
    ) async throws -> Result {
        let relay = try start(scenario, more)
        do {
            let result = try await body(relay)
            await relay.end()
            try FileManager.default.removeItem(at: relay.logFile)
            return result
        } catch {
            await relay.end()
            throw Failure(description: "\(error)\n\(relay.logTail)")
        }
    }

    /// Starts a worker that whoever starts it has to end.
    static func start(_ scenario: Scenario, _ more: [String: String] = [:]) throws -> RelayProcess {
        try RelayProcess(scenario.environment.merging(more) { $1 })
    }

    /// Runs one of the program's other commands to its end.
    static func perform(
        _ arguments: [String], _ settings: [String: String]
    ) async throws -> (code: Int32, output: String) {
        let program = try ProgramProcess(arguments, settings)
        defer { program.end() }
        let code = try await program.exitCode()
        let output = program.logTail
        try FileManager.default.removeItem(at: program.logFile)
        return (code, output)
    }

    private init(_ settings: [String: String]) throws {
        self.settings = settings
        program = try ProgramProcess(["run"], settings)
    }

    // MARK: Its end

    func signal(_ number: Int32) { program.signal(number) }

    /// The code with which the process ends; it has to end by itself, not by a signal.
    func exitCode() async throws -> Int32 { try await program.exitCode() }

    var isRunning: Bool { program.isRunning }

    /// Kills it where it still runs, and waits for its end.
    func end() async {
        program.end()
        await transport.close()
    }

    // MARK: What it says

    var logFile: URL { program.logFile }

    /// The lines of the log, one JSON object each.
    var log: [JSONValue] { program.log }

    /// The end of the log, to be shown with a failure.
    var logTail: String { program.logTail }

    /// Asks the admin server, which has to be there soon after the start.
    func ask(_ path: String) async throws -> (status: Int, body: JSONValue) {
        let answer = try await transport.send(HTTPRequest(method: "GET", url: try await address() + path))
        return (answer.status, try JSONValue(parsing: answer.body))
    }

    /// Waits until at least `count` partitions of the contact changes are assigned to this process.
    func joined(_ count: Int = 1) async throws {
        try await eventually("\(count) partitions are assigned") { try await changesPartitions().count >= count }
    }

    /// What the status page says of each partition of the contact changes that is assigned to this process; it reads the
    /// purge requests too.
    func changesPartitions() async throws -> [JSONValue] {
        try await ask("/status").body["partitions"]?.elements.filter {
            $0["topic"]?.stringValue == settings["RELAY_TOPICS_CONTACT_CHANGES"]
        } ?? []
    }

    private func address() async throws -> String {
        var address: String?
        try await eventually("the admin server's address is logged") {
            address = log.lazy.compactMap { $0["address"]?.stringValue }.first
            if address == nil, !program.isRunning {
                throw Failure(description: "the worker ended at once, with \(try await program.exitCode())")
            }
            return address != nil
        }
        return address ?? ""
    }

    /// User and system time so far, in seconds.
    var cpuSeconds: Double { program.cpuSeconds }

    /// The memory that it holds just now, in bytes.
    var residentBytes: Int { program.residentBytes }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
