import JSON
import KafkaClient
import Relay
import Sandbox

/// Compares what workers left behind with the purges that were asked for. Each check lists what is wrong; empty is right.
struct PurgeVerdict {
    let entries: [PurgeStory.Entry]
    /// Where each entry's record stands.
    let places: [ProducedRecord]
    let outcomes: PurgeOutcomes
    /// The sandbox's own ledger, by the reason that a job was submitted with.
    let jobs: [String: [SandboxPurge]]

    init(
        _ entries: [PurgeStory.Entry], at places: [ProducedRecord], _ outcomes: PurgeOutcomes, jobs: [SandboxPurge]
    ) {
        self.entries = entries
        self.places = places
        self.outcomes = outcomes
        self.jobs = Dictionary(grouping: jobs) { $0.sent["purgeReason"]?.stringValue ?? "" }
    }

    // MARK: How far they are

    /// The final outcome of an entry's record.
    func end(of index: Int) -> PurgeOutcomes.Outcome? { outcomes[places[index]].first { $0.isFinal } }

    /// Whether nobody knows if the purge was submitted, and no one has said anything since.
    func isHeld(_ index: Int) -> Bool { outcomes[places[index]].last?.isHeld == true }

    var held: [Int] { entries.indices.filter { entries[$0].fate == .ends && isHeld($0) } }

    /// Those without a final outcome that are not held, nor repeat one that is.
    var open: [Int] {
        entries.indices.filter { index in
            if end(of: index) != nil { return false }
            if case .repeats(let first) = entries[index].fate { return !isHeld(first) }
            return !isHeld(index)
        }
    }

    /// Those whose end was told, or has to be, by a webhook.
    var told: [Int] {
        entries.indices.filter { entries[$0].fate == .ends && entries[$0].hasWebhook && end(of: $0)?.purgeID != nil }
    }

    // MARK: Submissions

    /// No purge was submitted twice, and each end says what the sandbox says.
    func wrongSubmissions() -> [String] {
        var wrong = jobs.filter { $1.count > 1 }.map { "\($0): \($1.map(\.purgeID))" }
        let known = Set(entries.indices.filter { entries[$0].fate == .ends }.map { entries[$0].requestID })
        wrong += jobs.keys.filter { !known.contains($0) }.map { "\($0): was submitted" }
        for index in entries.indices where entries[index].fate == .ends {
            guard let end = end(of: index) else { continue }
            let name = entries[index].requestID
            guard let job = jobs[name]?.first else {
                if end.purgeID != nil || end.status == "completed" { wrong.append("\(name): \(end) without a job") }
                continue
            }
            let isRight =
                end.purgeID == job.purgeID && end.status.uppercased() == job.status
                && end.recordsPurged == Int64(job.recordsPurged)
            if !isRight { wrong.append("\(name): \(end), and the job is \(job.purgeID) \(job.status)") }
        }
        return wrong
    }

    // MARK: Outcomes

    /// - Parameter resolutions: How many words of people there were, whose records are no entries.
    func wrongOutcomes(resolutions: Int) -> [String] {
        var wrong: [String] = []
        if Set(outcomes.ids).count != outcomes.ids.count { wrong.append("an outcome was written twice") }
        for index in entries.indices {
            let told = outcomes[places[index]]
            let words = "\(entries[index].requestID) (\(places[index])): \(told.map(\.id))"
            let ends = told.count { $0.isFinal }
            switch entries[index].fate {
            case .rejected:
                if told.map(\.status) != ["rejected"] { wrong.append("\(words) instead of a rejection") }
            case .repeats(let first):
                let due = end(of: first).map { [$0.status] } ?? []
                if told.map(\.status) != due { wrong.append("\(words) instead of \(due)") }
            case .ends:
                if isHeld(index) ? ends != 0 : ends != 1 || told.last?.isFinal != true { wrong.append(words) }
                let isRefused = told.count == 1 && told[0].status == "rejected"
                if told.first?.status != "accepted", !isRefused { wrong.append("\(words): not accepted first") }
                if told.contains(where: { $0.status == "applied" }) { wrong.append(words) }
            }
        }
        let places = Set(places.map { "\($0.partition.partition)/\($0.offset)" })
        let others = outcomes.byPlace.filter { !places.contains($0.key) }
        if others.count != resolutions || others.values.contains(where: { $0.map(\.status) != ["applied"] }) {
            wrong.append("\(resolutions) resolutions have the outcomes \(others)")
        }
        return wrong
    }

    /// Each record that was rejected or failed has one dead letter, as it came; one that repeats another has none where the
    /// other had not ended yet.
    func wrongDeadLetters(_ letters: [KafkaRecord]) -> [String] {
        var due: [String: PurgeStory.Entry] = [:]
        for index in entries.indices where ["rejected", "failed"].contains(end(of: index)?.status) {
            due["\(places[index].partition.partition)/\(places[index].offset)"] = entries[index]
        }
        var wrong: [String] = []
        for letter in letters {
            func header(_ name: String) -> String {
                letter.headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) } ?? "?"
            }
            let place = "\(header("relay-dlq-partition"))/\(header("relay-dlq-offset"))"
            guard let entry = due.removeValue(forKey: place) else {
                wrong.append("\(place): a dead letter too many")
                continue
            }
            if letter.key != entry.record.key || letter.value != entry.record.value {
                wrong.append("\(place): not as it came")
            }
        }
        let missing = due.filter { if case .repeats = $0.value.fate { false } else { true } }
        return wrong + missing.map { "\($0.value.requestID) (\($0.key)): no dead letter" }
    }

    // MARK: The audit trail

    /// The chain of each partition is whole, and tells the life of each request from its first record to its last.
    func wrongAudits(_ records: [KafkaRecord]) -> [String] {
        var wrong: [String] = []
        var lives: [String: [AuditRecord]] = [:]
        for (partition, records) in Dictionary(grouping: records, by: \.partition) {
            var verifier = AuditVerifier()
            for record in records {
                guard let audit = verifier.take(record.value, at: record.offset) else { continue }
                lives[audit["requestId"] ?? "", default: []].append(audit)
            }
            wrong += verifier.finish().faults.map { "\(partition): \($0)" }
        }
        for index in entries.indices where entries[index].fate == .ends {
            let name = entries[index].requestID
            // What came of other records under the same id.
            let actions = (lives[name] ?? []).filter { !["repeated", "conflict"].contains($0["detail"]) }
                .compactMap { $0["action"] }
            if let problem = problem(of: actions, at: index) { wrong.append("\(name): \(problem): \(actions)") }
        }
        let rejected = entries.indices.filter { entries[$0].fate == .rejected }
        for index in rejected where !entries[index].requestID.hasPrefix("pr-") {
            let names = Set([entries[index].requestID, "\(entries[index].requestID)-other"])
            let actions = names.flatMap { lives[$0] ?? [] }.compactMap { $0["action"] }
            if actions != ["PURGE_REJECTED"] { wrong.append("\(entries[index].requestID): \(actions)") }
        }
        return wrong
    }

    private func problem(of actions: [String], at index: Int) -> String? {
        let ends = ["PURGE_JOB_COMPLETED", "PURGE_JOB_FAILED", "PURGE_REJECTED"]
        let places = actions.indices.filter { ends.contains(actions[$0]) }
        // Its window had passed when it came, and was still so when it came again.
        if outcomes[self.places[index]].first?.status == "rejected" {
            return Set(actions) == ["PURGE_REJECTED"] ? nil : "more than rejected"
        }
        if actions.first != "PURGE_RECEIVED" { return "not received first" }
        if actions.count(where: { $0 == "PURGE_RECEIVED" }) != 1 { return "received twice" }
        guard let end = end(of: index) else {
            return actions.last == "PURGE_UNCERTAIN" && places.isEmpty ? nil : "not held"
        }
        guard places.count == 1 else { return "\(places.count) ends" }
        if actions[places[0]] != "PURGE_JOB_COMPLETED", end.status == "completed" { return "another end" }
        let isTold = entries[index].hasWebhook && end.purgeID != nil
        return Array(actions[(places[0] + 1)...]) == (isTold ? ["PURGE_WEBHOOK_DELIVERED"] : []) ? nil : "after the end"
    }

    // MARK: Webhooks

    /// Each end of a job was told, always under the same id, and signed.
    func wrongWebhooks(_ deliveries: [WebhookReceiver.Delivery]) -> [String] {
        var wrong = deliveries.flatMap { delivery in delivery.faults.map { "\(delivery.requestID): \($0)" } }
        let byRequest = Dictionary(grouping: deliveries, by: \.requestID)
        let due = Dictionary(uniqueKeysWithValues: told.map { (entries[$0].requestID, $0) })
        wrong += byRequest.keys.filter { due[$0] == nil }.map { "\($0): was told, and should not be" }
        var owners: [String: String] = [:]
        for (name, index) in due {
            let messages = byRequest[name] ?? []
            if !messages.contains(where: \.isTaken) { wrong.append("\(name): not delivered") }
            let ids = Set(messages.map(\.messageID))
            if ids.count > 1 { wrong.append("\(name): has the ids \(ids)") }
            if let id = messages.first?.messageID, let other = owners.updateValue(name, forKey: id) {
                wrong.append("\(name): has the id of \(other)")
            }
            for message in messages {
                let body = message.body
                let isRight =
                    body?["purgeId"]?.stringValue == end(of: index)?.purgeID
                    && body?["status"]?.stringValue == end(of: index)?.status.uppercased()
                if !isRight { wrong.append("\(name): \(body?.text ?? "no body")") }
            }
        }
        return wrong
    }
}
