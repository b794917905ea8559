import Foundation
import KafkaClient
import Synchronization
import Testing

/// A group member in a process of its own, which can be killed and stopped: this test program once more, running
/// `ChildMemberBody` alone.
final class ChildMember: Sendable {
    static let variable = "RELAY_TEST_CHILD_MEMBER"

    private let pid: pid_t
    private let said = Mutex("")

    init(topic: String, group: String, hold: Duration, _ settings: KafkaClientSettings) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["--testing-library", "swift-testing", "--filter", "ChildMemberBody"]
        let properties = settings.properties.map { "\($0.name)=\($0.value)" }
        process.environment = ProcessInfo.processInfo.environment.merging([
            Self.variable: ([settings.bootstrapServers, topic, group, String(hold.components.seconds)] + properties)
                .joined(separator: " ")
        ]) { $1 }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        pid = process.processIdentifier
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self.said.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
    }

    /// What it printed about its membership.
    var lines: [String] {
        said.withLock { $0 }.split(separator: "\n").filter { $0.hasPrefix("member: ") }.map { String($0.dropFirst(8)) }
    }

    func send(_ signal: Int32) { kill(pid, signal) }
}

/// What a `ChildMember` runs until it is killed, or its parent has gone.
@Suite struct ChildMemberBody {
    private static let order = ProcessInfo.processInfo.environment[ChildMember.variable]

    @Test(.enabled(if: order != nil)) func staysAMember() async throws {
        let words = (Self.order ?? "").split(separator: " ").map(String.init)
        let properties = words.dropFirst(4).map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return (name: parts[0], value: parts[1])
        }
        let settings = try KafkaClientSettings(bootstrapServers: words[0], properties: properties)
        let consumer = try KafkaConsumer(
            settings: settings, subscription: KafkaSubscription(groupID: words[2], topics: [words[1]]))
        let member = GroupMember(consumer, hold: .seconds(Int(words[3]) ?? 0))
        let parent = getppid()
        // Ends with the process.
        let running = Task { await member.run() }
        var last = ""
        while getppid() == parent {
            let state = "\(await place(of: consumer)) with \(member.owned.count), lost \(member.counts.lost)"
            if state != last { print("member: \(state)") }
            fflush(nil)
            last = state
            try await Task.sleep(for: .milliseconds(5))
        }
        await consumer.close()
        await running.value
    }

    private func place(of consumer: KafkaConsumer) async -> String {
        do {
            _ = try await consumer.groupMetadata()
            return "has a place"
        } catch {
            return error.code
        }
    }
}
