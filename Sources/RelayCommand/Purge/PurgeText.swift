import CommandLineParsing
import JSON
import Relay
import Seams

/// How `purge list` and `purge show` tell of jobs to people.
enum PurgeText {
    /// A table of jobs, one line each.
    static func table(_ jobs: [PurgeJob]) -> String {
        let heads = ["REQUEST", "STATE", "WHY", "PURGE", "TYPE", "SINCE", "GOES ON"]
        let rows = jobs.map { job in
            [
                job.requestID.printable, job.stateWords, job.reason?.code.rawValue ?? "-",
                job.purgeID?.printable ?? "-", job.resourceType.printable, job.updatedAt.inSeconds,
                job.retryAt?.inSeconds ?? "-",
            ]
        }
        return TextTable.text([heads] + rows)
    }

    /// What to do about those that are held; empty where none is.
    static func hint(_ jobs: [PurgeJob]) -> String {
        let held = jobs.filter { $0.phase == .held }
        guard let first = held.first else { return "" }
        let (verb, them) = held.count == 1 ? ("is", "it") : ("are", "each")
        return """
            \(held.count.counted("purge")) \(verb) held: nobody knows whether Genesys Cloud took \(them). Look there, \
            then say so:
              \(resolve(first)) --submitted PURGE_ID | --resubmit | --abandon

            """
    }

    /// All that the ledger knows of a job, a line for each thing.
    static func details(_ job: PurgeJob) -> String {
        var lines: [[String]] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append([name, value]) }
        }
        add("request", job.requestID.printable)
        add("state", job.phase == .held ? "held (\(job.status.rawValue))" : job.stateWords)
        add("why", job.reason.map { "\($0.code): \($0.safeMessage.printable)" })
        add("HTTP status", job.reason?.httpStatus.map { String($0) })
        add("correlation id", job.reason?.correlationID?.printable)
        add("purge", job.purgeID?.printable)
        add("resource type", job.resourceType.printable)
        add("purge reason", job.purgeReason.printable)
        add("requested by", job.requestedBy?.printable)
        add("filters", job.submission?["filters"]?.text.printable)
        add("retention override", job.submission?["retentionOverride"]?.text.printable)
        add("window opens", job.windowStart?.inSeconds)
        add("window closes", job.windowEnd?.inSeconds)
        add("received", job.receivedAt.inSeconds)
        add("submitted", job.submittedAt?.inSeconds)
        add("changed", job.updatedAt.inSeconds)
        add("goes on", job.retryAt?.inSeconds)
        add("estimated", job.estimatedSeconds.map { "\($0) s" })
        add("quota then left", job.quotaRemaining.map { String($0) })
        add("records purged", job.recordsPurged.map { String($0) })
        add("submissions tried", String(job.attempts))
        add("requests to the API", String(job.requests))
        add(
            "outcomes",
            job.outcomeCounts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key.printable)" }
                .joined(separator: ", "))
        add("webhook", job.webhook.map { "\($0.state.rawValue), since \($0.since.inSeconds)" })
        add("record", "\(job.origin.record.topic)/\(job.origin.record.partition)/\(job.origin.record.offset)")
        add("event", job.origin.attributes.id?.printable)
        add("event source", job.origin.attributes.source?.printable)
        add("repeated in", job.repeats.isEmpty ? nil : job.repeats.count.counted("record"))
        return TextTable.text(lines)
    }

    /// The beginning of the command that ends a hold.
    private static func resolve(_ job: PurgeJob) -> String {
        "contact-relay purge resolve \(shellWord(job.requestID.printable))"
    }

    /// The text as a shell takes it for one word.
    private static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "._-/@%+=,".utf8.contains(byte)
        }
        guard !isPlain else { return text }
        return "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}

extension PurgeJob {
    /// Its status, but for one that a person must decide about.
    var stateWords: String { phase == .held ? "held" : status.rawValue }
}

extension WallTime {
    /// RFC 3339 without the fraction of the second.
    var inSeconds: String { "\(description.prefix(19))Z" }
}
