import KafkaClient
import Relay

/// The ledger of purge jobs, and the audit trail.
extension PurgeChecks {
    /// What may follow what, where the phase changes.
    private static let successors: [PurgeJob.Phase: Set<PurgeJob.Phase>] = [
        .waiting: [.submitting, .ended],
        .submitting: [.waiting, .following, .held, .ended],
        .held: [.waiting, .following, .ended],
        .following: [.ended],
        .ended: [],
    ]

    /// After the outcomes of the same transaction.
    func ledger(_ record: KafkaRecord, by who: String) {
        if record.key == AuditHead.key {
            let head = record.value.flatMap(AuditHead.init)
            if head == nil || head != heads[record.partition.partition] {
                violated("\(who): the ledger's head of the audit chain is not its last record")
            }
            return
        }
        guard let job = record.value.flatMap(PurgeJob.init(ledgerValue:)) else {
            return violated("\(who) writes a record of the ledger that cannot be read")
        }
        let place = Checks.Place(partition: job.origin.record.partition, offset: job.origin.record.offset)
        guard let index = indices[place], record.key == Array(job.requestID.utf8),
            record.partition.partition == place.partition, entries[index].event.isRequest,
            entries[index].event.requestID == job.requestID
        else { return violated("\(who) writes a job of nothing: \(job.requestID)", job.requestID) }
        note(who, job.requestID, "ledger: \(job.phase.rawValue), \(job.status.rawValue)")
        var state = states[job.requestID] ?? State(job: job, entry: index)
        let isNew = states[job.requestID] == nil
        defer { states[job.requestID] = state }
        if state.entry != index {
            violated("\(who): \(job.requestID) becomes the job of another record", job.requestID)
        }
        let old = state.job.phase
        let mayFollow =
            isNew ? job.phase == .waiting : Self.successors[old]?.contains(job.phase) == true || mayStay(state, job)
        if !mayFollow {
            violated(
                "\(who): the job of \(job.requestID) is \(job.phase.rawValue) after \(isNew ? "nothing" : old.rawValue)",
                job.requestID)
        }
        if entries[index].statuses.last != job.status.rawValue {
            violated(
                "\(who): the ledger says \(job.status.rawValue) of \(job.requestID), its last outcome "
                    + (entries[index].statuses.last ?? "nothing"), job.requestID)
        }
        for status in PurgeOutcome.Status.allCases.map(\.rawValue)
        where job.outcomeCounts[status] ?? 0 != entries[index].statuses.count(where: { $0 == status }) {
            violated("\(who): the ledger has a wrong count of \(status) of \(job.requestID)", job.requestID)
        }
        settle(index, job)
        let assignment = assignment(who, record.partition.partition)
        if job.phase == .submitting, isNew || old != .submitting {
            state.intention = Intention(who: who, assignment: assignment)
        }
        if job.phase == .held, old == .submitting { checkHeld(job, state.intention, who, assignment) }
        if let message = job.webhook?.message {
            state.messageIDs.insert(message.id)
            if state.messageIDs.count > 1 { violated("\(job.requestID) has two messages", job.requestID) }
        }
        state.job = job
    }

    /// Whether the phase may be the same again: a repetition is entered, a reason to wait is new, the API is at work, or a
    /// message is delivered.
    private func mayStay(_ state: State, _ job: PurgeJob) -> Bool {
        guard state.job.phase == job.phase else { return false }
        switch job.phase {
        case .submitting: return job.repeats.count > state.job.repeats.count
        case .ended: return state.job.webhook?.state == .pending && job.webhook?.state != .pending
        case .waiting, .held, .following: return true
        }
    }

    private func settle(_ index: Int, _ job: PurgeJob) {
        entries[index].isSettled = true
        for origin in job.repeats {
            let place = Checks.Place(partition: origin.record.partition, offset: origin.record.offset)
            guard let repeated = indices[place], entries[repeated].event.marker == entries[index].event.marker else {
                violated("\(job.requestID) has a repetition that is none", job.requestID)
                continue
            }
            entries[repeated].isSettled = true
            entries[repeated].isReceived = true
            entries[repeated].isWaitingRepeat = true
        }
    }

    /// A person is only asked where nobody knows.
    private func checkHeld(_ job: PurgeJob, _ intention: Intention?, _ who: String, _ assignment: Int?) {
        sees("held")
        isHeld(job.requestID)
        guard let intention else { return }
        if intention.who == who, intention.assignment == assignment {
            let isUncertain = intention.tries.last.map { $0.answer == .uncertain } ?? false
            if !isUncertain { violated("\(who) holds \(job.requestID), whose answer it has", job.requestID) }
        } else {
            sees("held after a change of owners")
            let isUncertain = intention.tries.contains { $0.answer == .uncertain }
            if !mayLoseAnswers, !isUncertain {
                violated("\(who) holds \(job.requestID), which \(intention.who) left in order", job.requestID)
            }
        }
    }

    // MARK: The audit trail

    func audit(_ record: KafkaRecord, by who: String) {
        let partition = record.partition.partition
        guard let value = record.value, let audit = try? AuditRecord(reading: value), audit.isUnchanged else {
            return violated("\(who) writes an audit record that cannot be read")
        }
        let last = heads[partition]
        let requestID = audit["requestId"]
        if audit.sequence != (last?.sequence ?? 0) + 1 || last.map({ $0.hash != audit.previousHash }) == true {
            violated(
                "\(who): audit record \(audit.sequence) of partition \(partition) does not follow "
                    + "\(last?.sequence ?? 0)", requestID)
        }
        heads[partition] = AuditHead(sequence: audit.sequence, hash: audit.hash)
        if let requestID, let action = audit["action"] { auditCounts[requestID, default: [:]][action, default: 0] += 1 }
    }
}
