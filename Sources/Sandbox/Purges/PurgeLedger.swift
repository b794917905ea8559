import JSON
import Seams

/// All purges that were taken, and what the API allows to be done with them.
struct PurgeLedger: Sendable {
    private let duration: Duration
    private let failureRate: Double
    private var jobs: [PurgeJob] = []
    /// Nil where none is in force.
    var quota: PurgeQuota?

    init(_ settings: SandboxSettings) {
        duration = settings.purgeDuration
        failureRate = settings.purgeFailureRate
        quota = settings.purgeQuota.map(PurgeQuota.init)
    }

    /// Answers one call for purges; `chance` decides whether a new one fails.
    mutating func answer(
        _ call: Call, now: Moment, wallTime: WallTime, chance: () -> Double
    ) throws(Refusal) -> Answer {
        guard let item = call.route.item else {
            guard call.method == "POST" else { throw .methodNotAllowed("POST") }
            return try take(call.object(), now: now, wallTime: wallTime, chance: chance)
        }
        guard call.method == "GET" else { throw .methodNotAllowed("GET") }
        if item == "quota" {
            guard let quota else { throw Refusal(404, "not.found", "no quota is in force") }
            return .json(200, quota.document)
        }
        guard let job = job(item) else { throw Refusal(404, "not.found", "no such purge job") }
        return .json(200, job.document(now: now))
    }

    /// The purges whose number is above `number`, oldest first, at most `limit`.
    func records(since number: Int, limit: Int, now: Moment) -> [SandboxPurge] {
        jobs.dropFirst(max(0, number)).prefix(max(0, limit)).map { $0.record(now: now) }
    }

    var count: Int { jobs.count }

    private mutating func take(
        _ body: JSONValue, now: Moment, wallTime: WallTime, chance: () -> Double
    ) throws(Refusal) -> Answer {
        try PurgeRules.check(body, at: wallTime)
        if let quota, quota.remaining <= 0 {
            throw Refusal(422, "purge.quota.exhausted", "no purge is left of the quota")
        }
        quota?.take()
        let job = PurgeJob(
            number: jobs.count + 1, time: wallTime, sent: body, taken: now, duration: duration,
            fails: chance() < failureRate)
        jobs.append(job)
        let seconds = (duration.wholeNanoseconds + 999_999_999) / 1_000_000_000
        var members: [(String, JSONValue)] = [
            ("purgeId", .string(job.id)), ("status", .string(job.progress(now: now).status.rawValue)),
            ("estimatedDuration", .number(seconds)),
        ]
        if let quota { members.append(("quotaRemaining", .number(quota.remaining))) }
        return .json(202, .object(members))
    }

    private func job(_ id: String) -> PurgeJob? {
        guard id.hasPrefix(PurgeJob.prefix), let number = Int(id.dropFirst(PurgeJob.prefix.count)),
            jobs.indices.contains(number - 1), jobs[number - 1].id == id
        else { return nil }
        return jobs[number - 1]
    }
}
