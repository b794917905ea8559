import Foundation
import JSON
import Seams

/// Replicas that come and go, by the number of their place, under an eye that starts again what ends by itself.
actor Fleet {
    /// How long a member may be silent.
    static let session = Duration.seconds(6)

    private let scenario: Scenario
    private let membership: Membership
    private let more: [String: String]
    private var replicas: [Int: RelayProcess] = [:]
    private var former: [RelayProcess] = []
    private var keepsLogs = false

    /// What was done to replicas that may let work be done again, in the order of time.
    private(set) var disturbances: [WallTime] = []
    private(set) var kills = 0
    /// How often a replica that had stood still went on.
    private(set) var awakenings = 0
    /// The last words of those that ended by themselves, as a worker does that was fenced.
    private(set) var selfEnded: [String] = []
    /// What no replica may do.
    private(set) var faults: [String] = []

    /// Hands a fleet without replicas to `body`, and ends what it holds afterwards.
    static func with<Result: Sendable>(
        _ scenario: Scenario, _ membership: Membership, _ more: [String: String] = [:],
        _ body: (Fleet) async throws -> Result
    ) async throws -> Result {
        let fleet = Fleet(scenario, membership, more)
        do {
            let result = try await body(fleet)
            await fleet.end()
            return result
        } catch {
            let logs = await fleet.keepLogs()
            await fleet.end()
            throw RelayProcess.Failure(description: "\(error)\n\(logs)")
        }
    }

    private init(_ scenario: Scenario, _ membership: Membership, _ more: [String: String]) {
        self.scenario = scenario
        self.membership = membership
        self.more = more
    }

    var slots: [Int] { replicas.keys.sorted() }

    func replica(_ slot: Int) -> RelayProcess? { replicas[slot] }

    // MARK: Changes

    func start(_ slots: Int...) throws {
        for slot in slots {
            let environment = more.merging(membership.environment(slot: slot, session: Self.session)) { $1 }
            replicas[slot] = try RelayProcess.start(scenario, environment)
        }
    }

    /// SIGKILL.
    func kill(_ slot: Int) async {
        guard let replica = replicas.removeValue(forKey: slot) else { return }
        disturbances.append(.system)
        kills += 1
        await replica.end()
        former.append(replica)
    }

    /// SIGTERM; waits for the end, which has to be a good one.
    func stop(_ slot: Int) async throws {
        guard let replica = replicas.removeValue(forKey: slot) else { return }
        replica.signal(SIGTERM)
        former.append(replica)
        let code = try await replica.exitCode()
        if code != 0 { faults.append("told to stop, it ended with \(code): \(replica.logTail)") }
        await replica.end()
    }

    /// SIGSTOP: it stands still and knows nothing of it.
    func pause(_ slot: Int) {
        disturbances.append(.system)
        replicas[slot]?.signal(SIGSTOP)
    }

    /// SIGCONT.
    func resume(_ slot: Int) {
        disturbances.append(.system)
        awakenings += 1
        replicas[slot]?.signal(SIGCONT)
    }

    /// Starts again who has ended by itself, as a supervisor does.
    func tend() async throws {
        for (slot, replica) in replicas.sorted(by: { $0.key < $1.key }) where !replica.isRunning {
            disturbances.append(.system)
            do {
                let code = try await replica.exitCode()
                let words = replica.log.last { ["critical", "error"].contains($0["level"]?.stringValue) }
                selfEnded.append("exit code \(code): \(words?.text ?? "nothing said")")
                if code == 0 { faults.append("ended by itself as if told to: \(replica.logTail)") }
            } catch {
                faults.append("\(error): \(replica.logTail)")
            }
            await replica.end()
            former.append(replica)
            try start(slot)
        }
    }

    /// The broker was disturbed.
    func disturb() { disturbances.append(.system) }

    private func end() async {
        for replica in replicas.values { await replica.end() }
        for replica in former + replicas.values where !keepsLogs {
            try? FileManager.default.removeItem(at: replica.logFile)
        }
        replicas = [:]
    }

    // MARK: What they say

    /// The ends of the logs of those that run, and of the last that do not; all of them stay where they are.
    func keepLogs() -> String {
        keepsLogs = true
        let running = replicas.sorted { $0.key < $1.key }.map(\.value)
        return (former.suffix(3) + running).map(\.logTail).joined(separator: "\n")
    }
}
