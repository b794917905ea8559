import Foundation

/// The script of `../shared/kafka`, which starts brokers and does to them what tests ask for.
enum BrokerScript {
    private static let tools = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("../shared/kafka/bin").standardized
    private static let path = tools.appendingPathComponent("kafka-broker").path

    /// What a broker of our own lacks.
    static let missing: String? = {
        func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let homes = (environment["JAVA_HOME"].map { [$0] } ?? []) + ["/usr/lib/jvm/default-java"]
        if !isThere(path) { return "there is no ../shared/kafka beside the package" }
        if !folders.contains(where: { isThere("\($0)/python3") }) { return "../shared/kafka needs python3" }
        let hasJava =
            folders.contains { isThere("\($0)/java") } || homes.contains { isThere("\($0)/bin/java") }
        return hasJava ? nil : "../shared/kafka needs Java (default-jre-headless)"
    }()

    /// A folder for clusters. All in it are stopped, and it is removed, when this process ends, however it ends.
    static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("contact-relay-kafka-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try stopWhenThisProcessEnds(folder.path)
        return folder
    }

    /// Starts a new cluster.
    static func start(
        in folder: URL, brokers: Int = 1, set: [String]
    ) throws -> (data: String, servers: String) {
        var fault = ""
        // Somebody else may take a port between the search and the start.
        for _ in 0..<3 {
            let data = folder.appendingPathComponent("\(UInt32.random(in: 0...UInt32.max))").path
            let command = ["start", data, String(try freePort(count: 2 * brokers)), "--brokers", String(brokers)]
            let (status, output, errors) = try run(command + set.flatMap { ["--set", $0] })
            if status == 0 { return (data, output.trimmingCharacters(in: .whitespacesAndNewlines)) }
            fault = errors
            // Those of its brokers that did start hold their ports.
            _ = try run(["stop", data])
        }
        throw Failure(description: "the broker did not start: \(fault)")
    }

    /// One of the script's other verbs.
    static func perform(_ verb: String, _ data: String, node: Int? = nil) throws {
        let (status, _, errors) = try run([verb, data] + (node.map { [String($0)] } ?? []))
        guard status == 0 else { throw Failure(description: "\(verb): \(errors)") }
    }

    /// One of Kafka's own tools.
    static func perform(tool arguments: [String]) throws {
        let (status, output, errors) = try run(arguments, by: tools.appendingPathComponent("kafka-cli").path)
        guard status == 0 else { throw Failure(description: "\(arguments): \(output)\(errors)") }
    }

    /// A watcher outlives this process by a moment. It lets go on what a test left standing still, which would not hear
    /// that it is to stop.
    private static func stopWhenThisProcessEnds(_ folder: String) throws {
        let watcher = Process()
        watcher.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        watcher.arguments = [
            "sh", "-c",
            """
            while kill -0 \(getpid()) 2>/dev/null && [ -d "$2" ]; do sleep 0.3; done
            for data in "$2"/*; do "$1" resume "$data"; "$1" stop "$data"; done
            rm -rf "$2"
            """, "sh", path, folder,
        ]
        watcher.standardInput = FileHandle.nullDevice
        watcher.standardOutput = FileHandle.nullDevice
        watcher.standardError = FileHandle.nullDevice
        try watcher.run()
    }

    private static func run(
        _ arguments: [String], by path: String = path
    ) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, words)
    }

    /// The first of `count` free ports in a row: a broker's, then its controller's, then those of the next.
    private static func freePort(count: Int) throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000...32_000)
            if (0..<UInt16(count)).allSatisfy({ isFree(port + $0) }) { return port }
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
