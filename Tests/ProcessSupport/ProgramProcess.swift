public import Foundation
public import JSON

/// `contact-relay`, or another program, as a process of its own, with its log in a file.
public final class ProgramProcess: Sendable {
    /// Where its log goes, standard output included; who starts the process removes it.
    public let logFile: URL
    private let process = Process()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - settings: Its environment, beside what it has from ours.
    ///   - program: The `contact-relay` that stands beside the running program, unless told otherwise.
    public init(
        _ arguments: [String], _ settings: [String: String] = [:], program: URL = ProgramProcess.contactRelay
    ) throws {
        logFile = FileManager.default.temporaryDirectory
            .appendingPathComponent("contact-relay-run-\(UInt32.random(in: 0...UInt32.max)).log")
        try Data().write(to: logFile)
        let log = try FileHandle(forWritingTo: logFile)
        process.executableURL = program
        process.arguments = arguments
        process.environment = Self.cleanEnvironment.merging(settings) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
    }

    // MARK: Its end

    /// Sends it a signal.
    public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Whether it has not ended yet.
    public var isRunning: Bool { process.isRunning }

    /// Waits for its end, for a minute at most. It has to end by itself, not by a signal.
    public func exitCode() async throws -> Int32 {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while process.isRunning {
            guard clock.now < deadline else { throw ProgramFailure("the process does not end") }
            try await clock.sleep(for: .milliseconds(30))
        }
        guard process.terminationReason == .exit else {
            throw ProgramFailure("the process was ended by signal \(process.terminationStatus)")
        }
        return process.terminationStatus
    }

    /// Kills it where it still runs, and waits for its end.
    public func end() {
        if process.isRunning { signal(SIGKILL) }
        process.waitUntilExit()
    }

    // MARK: What it says

    /// All that it has written.
    public var text: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    /// The lines of the log, one JSON object each; others (of the dynamic loader, of a crash) are left out.
    public var log: [JSONValue] {
        let text = (try? Data(contentsOf: logFile)) ?? Data()
        return text.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
    }

    /// The end of the log, to be shown with a failure.
    public var logTail: String {
        "the end of \(logFile.path):\n"
            + text.split(separator: "\n").filter { !$0.contains("an event was rejected") }.suffix(30).joined(
                separator: "\n")
    }

    // MARK: What it uses

    /// User and system time so far, as the kernel counts it, in seconds.
    public var cpuSeconds: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        // Behind the name: state is the first field, user and system time the 12th and 13th.
        let fields = text[end...].split(separator: " ")
        return (Double(fields[12]) ?? 0) / 100 + (Double(fields[13]) ?? 0) / 100
    }

    /// The memory that it holds just now, as the kernel counts it, in bytes.
    public var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
        else { return 0 }
        return (Int(line.filter { $0.isNumber }) ?? 0) * 1024
    }

    // MARK: How it is started

    /// The program that was built together with the running one.
    public static let contactRelay = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
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
}

/// What went wrong with a process.
public struct ProgramFailure: Error, CustomStringConvertible {
    /// For people.
    public var description: String

    /// Makes one.
    public init(_ description: String) {
        self.description = description
    }
}
