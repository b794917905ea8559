import Foundation
import HTTPClient
import JSON

/// `contact-relay run` as a process of its own, with its log in a file.
final class RelayProcess: Sendable {
    let logFile: URL
    private let process = Process()
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
        let relay = try RelayProcess(settings, arguments: arguments)
        do {
            let code = try await relay.exitCode()
            let output = relay.logTail
            await relay.end()
            try FileManager.default.removeItem(at: relay.logFile)
            return (code, output)
        } catch {
            await relay.end()
            throw error
        }
    }

    private init(_ settings: [String: String], arguments: [String] = ["run"]) throws {
        self.settings = settings
        logFile = FileManager.default.temporaryDirectory
            .appendingPathComponent("contact-relay-run-\(UInt32.random(in: 0...UInt32.max)).log")
        try Data().write(to: logFile)
        let log = try FileHandle(forWritingTo: logFile)
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = Self.cleanEnvironment.merging(settings) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    // MARK: Its end

    func signal(_ number: Int32) { kill(pid, number) }

    /// The code with which the process ends; it has to end by itself, not by a signal.
    func exitCode() async throws -> Int32 {
        try await eventually("the worker ends") { !process.isRunning }
        guard process.terminationReason == .exit else {
            throw Failure(description: "the worker was ended by signal \(process.terminationStatus)")
        }
        return process.terminationStatus
    }

    var isRunning: Bool { process.isRunning }

    /// Kills it where it still runs, and waits for its end.
    func end() async {
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
        await transport.close()
    }

    // MARK: What it says

    /// The lines of the log, one JSON object each; others (of the dynamic loader, of a crash) are left out.
    var log: [JSONValue] {
        let text = (try? Data(contentsOf: logFile)) ?? Data()
        return text.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
    }

    /// The end of the log, to be shown with a failure.
    var logTail: String {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return "the end of \(logFile.path):\n"
            + text.split(separator: "\n").filter { !$0.contains("an event was rejected") }.suffix(30).joined(
                separator: "\n")
    }

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
            if address == nil, !process.isRunning {
                throw Failure(description: "the worker ended at once, with \(process.terminationStatus)")
            }
            return address != nil
        }
        return address ?? ""
    }

    /// User and system time so far, as the kernel counts it, in seconds.
    var cpuSeconds: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        // Behind the name: state is the first field, user and system time the 12th and 13th.
        let fields = text[end...].split(separator: " ")
        return (Double(fields[12]) ?? 0) / 100 + (Double(fields[13]) ?? 0) / 100
    }

    /// The memory that it holds just now, as the kernel counts it, in bytes.
    var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
        else { return 0 }
        return (Int(line.filter { $0.isNumber }) ?? 0) * 1024
    }

    // MARK: How it is started

    /// The program stands beside the bundle of the tests.
    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("contact-relay")

    /// Ours without what would configure a worker or send its calls through a proxy, and with another librdkafka where
    /// `RELAY_TEST_LIBRDKAFKA` names the folder of one.
    private static let cleanEnvironment: [String: String] = {
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("RELAY_") && !name.lowercased().hasSuffix("_proxy")
        }
        if let folder = ProcessInfo.processInfo.environment["RELAY_TEST_LIBRDKAFKA"] {
            environment["LD_LIBRARY_PATH"] = folder
        }
        return environment
    }()

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
