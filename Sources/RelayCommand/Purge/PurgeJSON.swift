import JSON
import Relay
import Seams

/// How `purge list` and `purge show` tell of jobs to programs: the members of the ledger, as far as they are no customer's
/// data.
enum PurgeJSON {
    /// One JSON object with all of them.
    static func list(_ jobs: [PurgeJob]) -> String {
        let jobs = jobs.map { JSONValue.object(summary($0)) }
        return JSONValue.object([("purges", .array(jobs))]).text + "\n"
    }

    /// One JSON object.
    static func details(_ job: PurgeJob) -> String {
        var members = summary(job)
        func add(_ name: String, _ value: JSONValue?) { if let value { members.append((name, value)) } }
        func add(_ name: String, _ value: WallTime?) { add(name, value.map { .string($0.description) }) }
        func add(_ name: String, _ value: Int64?) { add(name, value.map { .number($0) }) }
        add("purgeReason", .string(job.purgeReason))
        add("requestedBy", job.requestedBy.map { .string($0) })
        add("filters", job.submission?["filters"])
        add("retentionOverride", job.submission?["retentionOverride"])
        add("windowStart", job.windowStart)
        add("windowEnd", job.windowEnd)
        add("receivedAt", job.receivedAt)
        add("submittedAt", job.submittedAt)
        add("estimatedDuration", job.estimatedSeconds)
        add("quotaRemaining", job.quotaRemaining)
        add("recordsPurged", job.recordsPurged)
        add("attempts", Int64(job.attempts))
        add("requests", Int64(job.requests))
        let counts = job.outcomeCounts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
        add("outcomes", .object(counts))
        add(
            "webhook",
            job.webhook.map { webhook in
                .object([
                    ("id", .string(webhook.message.id)), ("state", .string(webhook.state.rawValue)),
                    ("since", .string(webhook.since.description)),
                ])
            })
        add("record", record(job.origin))
        add(
            "event",
            .object(
                [("id", job.origin.attributes.id), ("source", job.origin.attributes.source)].compactMap { name, text in
                    text.map { (name, .string($0)) }
                }))
        add("repeats", .array(job.repeats.map(record)))
        return JSONValue.object(members).text + "\n"
    }

    private static func summary(_ job: PurgeJob) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("requestId", .string(job.requestID)), ("status", .string(job.status.rawValue)),
            ("held", .bool(job.phase == .held)),
        ]
        if let reason = job.reason {
            var json: [(String, JSONValue)] = [
                ("code", .string(reason.code.rawValue)), ("message", .string(reason.safeMessage)),
            ]
            if let status = reason.httpStatus { json.append(("httpStatus", .number(status))) }
            if let id = reason.correlationID { json.append(("correlationId", .string(id))) }
            members.append(("reason", .object(json)))
        }
        if let id = job.purgeID { members.append(("purgeId", .string(id))) }
        members += [
            ("resourceType", .string(job.resourceType)), ("updatedAt", .string(job.updatedAt.description)),
        ]
        if let time = job.retryAt { members.append(("retryAt", .string(time.description))) }
        return members
    }

    private static func record(_ origin: PurgeOrigin) -> JSONValue {
        .object([
            ("topic", .string(origin.record.topic)), ("partition", .number(Int64(origin.record.partition))),
            ("offset", .number(origin.record.offset)),
        ])
    }
}
