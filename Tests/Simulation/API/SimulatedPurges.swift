import JSON
import Seams

/// The purge jobs of the simulated API, and its quota of them.
struct SimulatedPurges {
    struct Settings {
        /// How many may be submitted at the beginning; nil where no quota is in force.
        var quota: Int?
        /// After so long there is one more.
        var quotaInterval = Duration.seconds(5)
        /// One submission in so many goes wrong in some way, 0 for none.
        var faults = 0
        var longestJob = 10_000.0
    }

    struct Job {
        var id: String
        var marker: String
        var taken: Moment
        /// Before that the API does not know what it has taken.
        var isKnownFrom: Moment
        var starts: Moment
        /// Nil for one that never ends.
        var ends: Moment?
        var fails: Bool
        /// The API forgets it.
        var vanishes: Bool
        var records: Int64

        func status(at now: Moment) -> String {
            if let ends, now >= ends { return fails ? "FAILED" : "COMPLETED" }
            return now >= starts ? "RUNNING" : "QUEUED"
        }
    }

    let settings: Settings
    private(set) var jobs: [Job] = []

    init(_ settings: Settings) {
        self.settings = settings
    }

    func job(_ id: String) -> Job? { jobs.first { $0.id == id } }

    func jobs(of marker: String) -> [Job] { jobs.filter { $0.marker == marker } }

    /// Nil where no quota is in force.
    func remaining(at now: Moment) -> Int? {
        guard let quota = settings.quota else { return nil }
        return quota + Int((now - .start).wholeMilliseconds / settings.quotaInterval.wholeMilliseconds) - jobs.count
    }

    // MARK: Calls

    func quota(at now: Moment) -> SimulatedDirectory.Answer {
        guard let remaining = remaining(at: now) else { return .init(status: 404) }
        return .init(status: 200, body: ["quotaRemaining": .number(remaining), "quotaLimit": .number(100)])
    }

    func report(_ id: String, at now: Moment) -> SimulatedDirectory.Answer {
        guard let job = job(id), !job.vanishes, now >= job.isKnownFrom else { return .init(status: 404) }
        var body: JSONValue = ["purgeId": .string(id), "status": .string(job.status(at: now))]
        if let ends = job.ends, now >= ends {
            body.set("recordsPurged", to: .number(job.records))
            if job.fails { body.set("errors", to: ["disk full"]) }
        }
        return .init(status: 200, body: body)
    }

    mutating func submit(_ body: JSONValue, at now: Moment, _ chance: inout Chance) -> SimulatedDirectory.Answer {
        guard let marker = body["purgeReason"]?.stringValue else { return .init(status: 400) }
        if body["filters"]?["wrapupCodes"]?.elements.first?.stringValue == PurgeStory.refusedCode {
            return .init(status: 400, body: ["message": "no such wrap-up code", "status": 400])
        }
        if let remaining = remaining(at: now), remaining <= 0 {
            return .init(status: 422, body: ["message": "no quota is left", "status": 422])
        }
        let starts = now + chance.duration(0...(settings.longestJob / 2))
        let job = Job(
            id: "purge-\(jobs.count + 1)", marker: marker, taken: now,
            isKnownFrom: chance.once(in: 6) ? now + chance.duration(0...5000) : now, starts: starts,
            ends: chance.once(in: 25) ? nil : starts + chance.duration(0...(settings.longestJob / 2)),
            fails: chance.once(in: 6), vanishes: chance.once(in: 25), records: Int64(chance.below(1000)))
        jobs.append(job)
        var answer: JSONValue = [
            "purgeId": .string(job.id), "status": .string(job.status(at: now)), "estimatedDuration": 10,
        ]
        if let remaining = remaining(at: now) { answer.set("quotaRemaining", to: .number(remaining)) }
        return .init(status: 202, body: answer)
    }
}
