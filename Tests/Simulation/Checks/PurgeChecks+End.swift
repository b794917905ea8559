import KafkaClient
import Relay

/// What must be true of purges when all is quiet.
extension PurgeChecks {
    /// - Parameters:
    ///   - log: The committed records of a partition.
    ///   - ends: One past the last record of each partition of the requests.
    func finish(_ receiver: WebhookReceiver, log: (TopicPartition) -> [KafkaRecord], ends: [Int32: Int64]) {
        for entry in entries {
            if entry.final == nil { violated("no final outcome of \(entry.event.words)", entry.event.requestID) }
            checkDeadLetters(of: entry)
        }
        for (partition, end) in ends.sorted(by: { $0.key < $1.key }) where positions[partition] ?? 0 < end {
            violated("\(PurgeStory.topic)/\(partition) is committed up to \(positions[partition] ?? 0) of \(end)")
        }
        for (requestID, state) in states.sorted(by: { $0.key < $1.key }) {
            checkAudits(requestID, state)
            checkMessage(requestID, state, receiver)
        }
        for partition in ends.keys.sorted() {
            var verifier = AuditVerifier()
            for record in log(TopicPartition(Self.auditTopic, partition)) {
                verifier.take(record.value, at: record.offset)
            }
            let jobs = log(TopicPartition(Self.jobsTopic, partition))
            let head = jobs.last { $0.key == AuditHead.key }?.value.flatMap(AuditHead.init)
            let findings = verifier.finish(ledger: AuditVerifier.Ledger(head: head))
            if !findings.isIntact || !findings.notes.isEmpty {
                violated("the audit trail of partition \(partition) has \(findings.faults) \(findings.notes)")
            }
        }
    }

    private func checkAudits(_ requestID: String, _ state: State) {
        let counts = auditCounts[requestID] ?? [:]
        func check(_ action: AuditAction, _ due: Int) {
            let count = counts[action.rawValue] ?? 0
            if count != due { violated("\(requestID) has \(count) of \(action.rawValue), not \(due)", requestID) }
        }
        let status = state.job.status
        check(.received, entries.count { $0.event.requestID == requestID && $0.isReceived })
        check(.jobCompleted, status == .completed ? 1 : 0)
        check(.jobFailed, status == .failed ? 1 : 0)
        check(.webhookDelivered, state.job.webhook == nil ? 0 : 1)
    }

    private func checkMessage(_ requestID: String, _ state: State, _ receiver: WebhookReceiver) {
        let job = state.job
        let isDue = job.purgeID != nil && entries[state.entry].event.hasWebhook
        guard let webhook = job.webhook, isDue else {
            if isDue != (job.webhook != nil) { violated("\(requestID) has a message: \(!isDue)", requestID) }
            return
        }
        let bodies = receiver.bodies[webhook.message.id] ?? []
        if webhook.state != .delivered || bodies.isEmpty { violated("nobody was told of \(requestID)", requestID) }
        if bodies.contains(where: { $0 != webhook.message.body }) { violated("\(requestID): another body", requestID) }
    }
}
