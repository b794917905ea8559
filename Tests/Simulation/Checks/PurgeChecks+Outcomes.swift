import JSON
import KafkaClient
import Relay
import Seams
import WorkerPool

/// Outcomes, dead letters and offsets of purge requests.
extension PurgeChecks {
    /// What may follow what.
    private static let successors: [String: Set<String>] = [
        "accepted": ["deferred", "submitted", "failed", "rejected"],
        "deferred": ["deferred", "submitted", "failed", "rejected"],
        "submitted": ["running", "completed", "failed"],
        "running": ["completed", "failed"],
    ]
    private static let finals: Set<String> = ["completed", "failed", "rejected", "applied"]

    /// - Parameter news: What the same transaction says of jobs.
    func outcome(_ record: KafkaRecord, _ news: [String: PurgeJob], by who: String) -> Int? {
        guard let document = try? JSONValue(parsing: record.value ?? []), let id = document["id"]?.stringValue,
            let data = document["data"], let status = data["status"]?.stringValue
        else {
            violated("\(who) writes a purge's outcome that cannot be read")
            return nil
        }
        let parts = id.split(separator: "/").map(String.init)
        guard parts.count == 4 || parts.count == 5, parts[0] == PurgeStory.topic, parts[3] == status,
            let partition = Int32(parts[1]), let offset = Int64(parts[2]),
            let index = indices[Checks.Place(partition: partition, offset: offset)]
        else {
            violated("\(who) writes a purge's outcome of nothing: \(id)")
            return nil
        }
        let event = entries[index].event
        note(who, event.requestID, "outcome \(id) \(data["reason"]?["code"]?.stringValue ?? "")")
        let number = parts.count == 5 ? Int(parts[4]) ?? 0 : 1
        let due = entries[index].statuses.count { $0 == status } + 1
        if number != due { violated("\(who): outcome \(id), where number \(due) of it was due", event.requestID) }
        if let final = entries[index].final {
            violated("\(who) commits outcome \(id) after the final one, \(final)", event.requestID)
        }
        let reason = data["reason"]?["code"]?.stringValue ?? ""
        check(status, reason, data, of: index, news[event.requestID], by: who)
        entries[index].statuses.append(status)
        entries[index].reasons.append(reason)
        if Self.finals.contains(status), entries[index].final == nil {
            entries[index].final = status
            entries[index].isSettled = true
            openCount -= 1
        }
        checks.scheduler.mix(UInt64(index))
        return index
    }

    /// - Parameter new: The job as it is from now on; nil where it stays what it was.
    private func check(
        _ status: String, _ reason: String, _ data: JSONValue, of index: Int, _ new: PurgeJob?, by who: String
    ) {
        let event = entries[index].event
        let old = states[event.requestID]
        func wrong(_ why: String) {
            violated("\(who): outcome \(status) \(reason) of \(event.words): \(why)", event.requestID)
        }
        switch event.kind {
        case .invalid:
            if status != "rejected" { wrong("it can never succeed") }
            sees("invalid")
        case .resolution(let word):
            if status == "applied" {
                if old?.job.phase != .held { wrong("nothing was held") }
                if word == "resubmit" { allowSubmission(of: event) }
                sees("resolved \(word)")
            } else if status != "rejected" || old?.job.phase == .held {
                wrong("the purge is \(old?.job.phase.rawValue ?? "not there")")
            }
        case .request, .windowed:
            guard let job = new ?? old?.job else {
                if case .windowed = event.kind, status == "rejected" { return }
                return wrong("no purge of that id stands in the ledger")
            }
            if job.origin.record.partition == event.partition, job.origin.record.offset == event.offset {
                checkStatus(status, reason, data, of: index, job, wrong)
            } else if origin(of: job)?.marker == event.marker {
                if job.phase != .ended || status != job.status.rawValue { wrong("the first is \(job.status.rawValue)") }
                entries[index].isReceived = true
                sees("repeat \(status)")
            } else {
                if status != "rejected" { wrong("another purge has that id") }
                sees("conflict")
            }
        }
    }

    func origin(of job: PurgeJob) -> PurgeEvent? {
        let place = Checks.Place(partition: job.origin.record.partition, offset: job.origin.record.offset)
        return indices[place].map { entries[$0].event }
    }

    /// The outcome of the record that the job comes from.
    private func checkStatus(
        _ status: String, _ reason: String, _ data: JSONValue, of index: Int, _ job: PurgeJob,
        _ wrong: (String) -> Void
    ) {
        let entry = entries[index]
        if let last = entry.statuses.last {
            if Self.successors[last]?.contains(status) != true { wrong("it comes after \(last)") }
            let isSaidAgain = status == last && reason == entry.reasons.last && reason != "uncertainSubmission"
            if isSaidAgain { wrong("it is said again") }
        } else {
            if status != "accepted" { wrong("it comes first") }
            entries[index].isReceived = true
        }
        sees(reason.isEmpty ? status : "\(status) \(reason)")
        let taken = job.purgeID.flatMap(api)
        let now = checks.scheduler.now
        switch (status, reason) {
        case ("submitted", _), ("running", _):
            if taken?.marker != entry.event.marker { wrong("\(job.purgeID ?? "nothing") is not its purge") }
        case ("completed", _):
            guard let taken, taken.marker == entry.event.marker, taken.status(at: now) == "COMPLETED",
                data["recordsPurged"]?.intValue == taken.records
            else { return wrong("the API says otherwise of \(job.purgeID ?? "nothing")") }
        case ("failed", "purgeFailed"):
            if taken?.marker != entry.event.marker || taken?.status(at: now) != "FAILED" {
                wrong("the API says otherwise of \(job.purgeID ?? "nothing")")
            }
        case ("failed", "notFound"): if taken?.vanishes != true { wrong("the API knows it") }
        case ("failed", "timeout") where job.purgeID != nil:
            if now - (taken?.taken ?? now) < World.PurgeSettings.maxDuration { wrong("it had more time") }
        case ("failed", "windowClosed"): if case .request = entry.event.kind { wrong("it has no window") }
        case ("failed", "abandoned"): if states[job.requestID]?.job.phase != .held { wrong("it was not held") }
        case ("failed", _): if !submissionsMayFail { wrong("nothing says why") }
        case ("rejected", "dependencyViolation"): if !rejectsDependencies { wrong("it should wait") }
        case ("rejected", _):
            let isQuota = entry.event.marker.map(refusedForQuota.contains) == true
            if !entry.event.isRefused {
                // The quota was empty at the submission and not when it was asked for afterwards.
                isQuota ? sees("rejected for want of quota") : wrong("the API did not refuse it")
            }
        default: break
        }
    }

    // MARK: Dead letters

    func deadLetter(_ record: KafkaRecord) -> Int? {
        func text(_ name: String) -> String {
            String(decoding: record.headers.last { $0.name == "relay-dlq-\(name)" }?.value ?? [], as: UTF8.self)
        }
        guard let partition = Int32(text("partition")), let offset = Int64(text("offset")),
            let index = indices[Checks.Place(partition: partition, offset: offset)]
        else {
            violated("a dead letter of no purge request")
            return nil
        }
        entries[index].deadLetters += 1
        return index
    }

    func checkDeadLetters(of entry: Entry) {
        // The letter of a repetition that had to wait is that of the first.
        let isDue = (entry.final == "rejected" || entry.final == "failed") && !entry.isWaitingRepeat
        if entry.deadLetters != (isDue ? 1 : 0) {
            violated(
                "\(entry.deadLetters) dead letters of \(entry.event.words) with outcome \(entry.final ?? "none")",
                entry.event.requestID)
        }
    }

    // MARK: Offsets

    /// An offset is committed only when every request before it stands in the ledger, or has its final outcome; so it is
    /// with what its map says of those beyond.
    func position(_ partition: Int32, _ offset: CommittedOffset, by who: String) {
        let last = positions[partition] ?? 0
        if offset.offset < last {
            violated("\(who): the committed offset of \(PurgeStory.topic)/\(partition) goes back to \(offset.offset)")
        }
        positions[partition] = max(last, offset.offset)
        // What stands behind the space is a step's mark.
        let text = String(offset.metadata.prefix { $0 != " " })
        let map: CommitMap?
        do { map = text.isEmpty ? nil : try CommitMap(text: text, position: offset.offset) } catch {
            return violated("\(who) commits metadata of \(PurgeStory.topic) that cannot be read")
        }
        for place in offsets[partition, default: []].reversed() {
            let event = entries[place].event
            if event.offset < last { return }
            let isDone = event.offset < offset.offset || map?.isFinished(event.offset) == true
            if isDone, !entries[place].isSettled {
                violated(
                    "\(who) commits that \(partition)/\(event.offset) is done, \(event.words), which is in no ledger",
                    event.requestID)
            }
        }
    }
}
