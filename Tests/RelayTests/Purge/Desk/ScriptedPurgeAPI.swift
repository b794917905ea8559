import GenesysCloud
import JSON
import Synchronization

/// Purge calls that answer what a test says and keep their order, and that can be held until they are let go.
///
/// Requests are told apart by their `purgeReason`, which the harness makes the request's id.
final class ScriptedPurgeAPI: PurgeAPI {
    /// Where a call can be held.
    enum Gate: Hashable {
        case quota
        /// Before the permit is asked: as a call that waits for its place within the pace.
        case beforeSubmit
        /// On the wire.
        case submit
        case poll
    }

    private struct Watcher {
        let submitted: @Sendable (String) -> Void
    }

    private struct State {
        var calls: [String] = []
        var quotas: [Result<PurgeQuota?, GenesysError>] = []
        var quota: Result<PurgeQuota?, GenesysError> = .success(nil)
        var submissions: [PurgeSubmission] = []
        var submission: PurgeSubmission?
        var taken = 0
        var reports: [Result<PurgeReport?, GenesysError>] = []
        var report: Result<PurgeReport?, GenesysError> = .success(PurgeReport(status: .queued))
        var reportsByID: [String: Result<PurgeReport?, GenesysError>] = [:]
        var bodies: [JSONValue] = []
        var asking = 0
        var mostAsking = 0
        var gates: [Gate: Int] = [:]
        var held: [Gate: [CheckedContinuation<Void, Never>]] = [:]
        var watcher: Watcher?
    }

    private let state = Mutex(State())

    /// `quota`, `submit <request>`, `poll <purge>`, in the order in which they were sent. A submission whose permit was
    /// withdrawn is `withdrawn <request>`.
    var calls: [String] { state.withLock { $0.calls } }
    var submits: [String] { calls.filter { $0.hasPrefix("submit ") } }
    var polls: [String] { calls.filter { $0.hasPrefix("poll ") } }
    var quotaQuestions: Int { calls.count { $0 == "quota" } }
    /// The bodies of the submissions that were sent.
    var bodies: [JSONValue] { state.withLock { $0.bodies } }
    /// The most questions for the quota that were on the wire at once.
    var mostAsking: Int { state.withLock { $0.mostAsking } }

    /// Called with the request of each submission, at the moment in which it is sent.
    func onSubmit(_ body: @escaping @Sendable (String) -> Void) {
        state.withLock { $0.watcher = Watcher(submitted: body) }
    }

    // MARK: Answers

    /// Every question for the quota that has no answer of its own is answered so; at first that none is in force.
    func answerQuota(_ answer: Result<PurgeQuota?, GenesysError>) { state.withLock { $0.quota = answer } }
    /// The next questions for the quota.
    func answerNextQuota(_ answers: Result<PurgeQuota?, GenesysError>...) { state.withLock { $0.quotas += answers } }

    /// Every submission that has no answer of its own is answered so; nil is taken as `p-1`, `p-2`, ….
    func answerSubmissions(_ answer: PurgeSubmission?) { state.withLock { $0.submission = answer } }
    /// The next submissions.
    func answerNextSubmissions(_ answers: PurgeSubmission...) { state.withLock { $0.submissions += answers } }

    /// Every poll that has no answer of its own is answered so; at first `QUEUED`.
    func answerPolls(_ answer: Result<PurgeReport?, GenesysError>) { state.withLock { $0.report = answer } }
    /// Every poll after this purge is answered so; nil is as all others.
    func answerPolls(of id: String, _ answer: Result<PurgeReport?, GenesysError>?) {
        state.withLock { $0.reportsByID[id] = answer }
    }
    /// The next polls.
    func answerNextPolls(_ answers: Result<PurgeReport?, GenesysError>...) { state.withLock { $0.reports += answers } }

    // MARK: Holding

    /// Holds calls there until they are let go.
    func hold(_ gate: Gate) { state.withLock { $0.gates[gate] = 0 } }

    /// How many are held there.
    func held(_ gate: Gate) -> Int { state.withLock { $0.held[gate]?.count ?? 0 } }

    /// Lets all go that are held there, and holds no more.
    func letGo(_ gate: Gate) {
        let held = state.withLock { state in
            state.gates[gate] = nil
            return state.held.removeValue(forKey: gate) ?? []
        }
        for continuation in held { continuation.resume() }
    }

    /// For the end of a test, however it ends.
    func letAllGo() {
        for gate in [Gate.quota, .beforeSubmit, .submit, .poll] { letGo(gate) }
    }

    private func pass(_ gate: Gate) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isHeld = state.withLock { state in
                guard state.gates[gate] != nil else { return false }
                state.held[gate, default: []].append(continuation)
                return true
            }
            if !isHeld { continuation.resume() }
        }
    }

    // MARK: PurgeAPI

    func purgeQuota(tally: inout CallTally) async throws(GenesysError) -> PurgeQuota? {
        tally.requests += 1
        let answer = state.withLock { state in
            state.calls.append("quota")
            state.asking += 1
            state.mostAsking = max(state.mostAsking, state.asking)
            return state.quotas.isEmpty ? state.quota : state.quotas.removeFirst()
        }
        await pass(.quota)
        state.withLock { $0.asking -= 1 }
        return try answer.get()
    }

    func submitPurge(
        _ request: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async -> PurgeSubmission {
        let name = request["purgeReason"]?.stringValue ?? "?"
        await pass(.beforeSubmit)
        guard permit.isGiven else {
            state.withLock { $0.calls.append("withdrawn \(name)") }
            return .notTaken(GenesysError(.withdrawn, message: "the permit was withdrawn"))
        }
        tally.requests += 1
        let (answer, watcher) = state.withLock { state -> (PurgeSubmission, Watcher?) in
            state.calls.append("submit \(name)")
            state.bodies.append(request)
            if !state.submissions.isEmpty { return (state.submissions.removeFirst(), state.watcher) }
            if let answer = state.submission { return (answer, state.watcher) }
            state.taken += 1
            return (.taken(PurgeTicket(purgeID: "p-\(state.taken)")), state.watcher)
        }
        watcher?.submitted(name)
        await pass(.submit)
        return answer
    }

    func purgeJob(id: String, tally: inout CallTally) async throws(GenesysError) -> PurgeReport? {
        tally.requests += 1
        let answer = state.withLock { state in
            state.calls.append("poll \(id)")
            if let answer = state.reportsByID[id] { return answer }
            return state.reports.isEmpty ? state.report : state.reports.removeFirst()
        }
        await pass(.poll)
        return try answer.get()
    }
}

extension GenesysError {
    /// What the client makes of an answer with that status, so far as a purge is concerned.
    static func status(_ status: Int, _ kind: Kind, mayHaveHappened: Bool = false) -> GenesysError {
        GenesysError(
            kind, status: status, message: "the API's own words", correlationID: "c-\(status)",
            mayHaveHappened: mayHaveHappened)
    }

    static let lostAnswer = GenesysError(
        .connectionLost, message: "the connection broke", mayHaveHappened: true)
}
