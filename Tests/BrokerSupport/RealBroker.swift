import Foundation
public import KafkaClient

/// A real Kafka for these tests: the one that `RELAY_TEST_BOOTSTRAP_SERVERS` names, else one that is started from
/// `../shared/kafka` for the life of this process, which compacts its logs more often than others.
public enum RealBroker {
    /// Whether there is one, or can be.
    public static let isThere = named != nil || missing == nil
    /// What to say where there is none.
    public static let whyNot = "no broker: RELAY_TEST_BOOTSTRAP_SERVERS is not set, and \(missing ?? "")"

    /// How to reach it; the first call starts it where none is named.
    public static func settings(_ properties: [(name: String, value: String)] = []) throws -> KafkaClientSettings {
        try KafkaClientSettings(bootstrapServers: try servers.get(), properties: properties)
    }

    private static let named = ProcessInfo.processInfo.environment["RELAY_TEST_BOOTSTRAP_SERVERS"]
    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("../shared/kafka/bin/kafka-broker").standardized.path

    /// What a broker of our own lacks.
    private static let missing: String? = {
        func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let homes = (environment["JAVA_HOME"].map { [$0] } ?? []) + ["/usr/lib/jvm/default-java"]
        if !isThere(script) { return "there is no ../shared/kafka beside the package" }
        if !folders.contains(where: { isThere("\($0)/python3") }) { return "../shared/kafka needs python3" }
        let hasJava =
            folders.contains { isThere("\($0)/java") } || homes.contains { isThere("\($0)/bin/java") }
        return hasJava ? nil : "../shared/kafka needs Java (default-jre-headless)"
    }()

    private static let servers = Result { try named ?? start() }

    private static func start() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("contact-relay-kafka-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try stopWhenThisProcessEnds(folder.path)
        var fault = ""
        // Somebody else may take the port between the search and the start.
        for _ in 0..<3 {
            let data = folder.appendingPathComponent("\(UInt32.random(in: 0...UInt32.max))").path
            let (status, output, errors) = try run(
                [script, "start", data, String(freePort()), "--set", "log.cleaner.backoff.ms=300"])
            if status == 0 { return output.trimmingCharacters(in: .whitespacesAndNewlines) }
            fault = errors
        }
        throw Failure(description: "the broker did not start: \(fault)")
    }

    /// A watcher outlives this process by a moment and stops the broker, whether the tests passed, failed or crashed.
    private static func stopWhenThisProcessEnds(_ folder: String) throws {
        let watcher = Process()
        watcher.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        watcher.arguments = [
            "sh", "-c",
            """
            while kill -0 \(getpid()) 2>/dev/null; do sleep 0.3; done
            for data in "$2"/*; do "$1" stop "$data"; done
            rm -rf "$2"
            """, "sh", script, folder,
        ]
        watcher.standardInput = FileHandle.nullDevice
        watcher.standardOutput = FileHandle.nullDevice
        watcher.standardError = FileHandle.nullDevice
        try watcher.run()
    }

    private static func run(_ command: [String]) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, words)
    }

    /// A port whose neighbour above, where the controller listens, is free too.
    private static func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000...32_000)
            if isFree(port), isFree(port + 1) { return port }
        }
        throw Failure(description: "no free port")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
