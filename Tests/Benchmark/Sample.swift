import Foundation
import ProcessSupport

/// What was done and used up to a moment.
struct Sample {
    var count: SandboxCount
    var worker: Double
    var sandbox: Double
    /// Seconds of the machine's cores in which nothing ran.
    var idle: Double

    init(_ worker: ProgramProcess, _ sandbox: SandboxProcess) async throws {
        count = try await sandbox.statistics()
        self.worker = worker.cpuSeconds
        self.sandbox = sandbox.program.cpuSeconds
        // user, nice, system, idle, iowait, …, in hundredths, all cores together.
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        idle = fields.count > 4 ? (fields[3] + fields[4]) / 100 : 0
    }
}
