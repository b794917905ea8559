import KafkaClient
import Relay
import Seams

/// What is submitted, and what receivers of messages are told.
extension PurgeChecks {
    /// A submission is sent: by the owner, after the intention to do so is committed, and once for each intention.
    func sends(_ marker: String, by process: SimulatedProcess) -> PurgeSubmissionTry {
        let requestID = String(marker.prefix { $0 != "." })
        let submission = PurgeSubmissionTry(requestID: requestID, marker: marker)
        sees("submissions sent")
        guard let state = states[requestID], let intention = state.intention, state.job.phase == .submitting else {
            violated(
                "\(process.name) submits \(marker), which is \(states[requestID]?.job.phase.rawValue ?? "nothing")",
                requestID)
            return submission
        }
        let event = entries[state.entry].event
        if event.marker != marker { violated("\(process.name) submits \(marker) for \(event.words)", requestID) }
        if let owner = owner(event.partition), owner !== process {
            violated("\(process.name) submits \(marker), whose partition is \(owner.name)'s", requestID)
        }
        if intention.who != process.name {
            violated("\(process.name) submits \(marker), as \(intention.who) intended", requestID)
        }
        if let last = intention.tries.last, last.answer != .again {
            violated("\(process.name) submits \(marker) again", requestID)
        }
        states[requestID]?.intention?.tries.append(submission)
        return submission
    }

    /// At the API.
    func answers(_ submission: PurgeSubmissionTry, _ answer: SimulatedDirectory.Answer, at now: Moment) {
        if answer.status == 422 { refusedForQuota.insert(submission.marker) }
        guard answer.status < 300 else { return }
        submissions[submission.marker, default: 0] += 1
        let allowed = states[submission.requestID]?.allowedSubmissions ?? 0
        if submissions[submission.marker] ?? 0 > allowed {
            violated("\(submission.marker) is done twice, and nobody said so", submission.requestID)
        }
    }

    /// A person said that it is to be submitted again.
    func allowSubmission(of event: PurgeEvent) {
        guard let state = states[event.requestID], let marker = entries[state.entry].event.marker else { return }
        let known = event.isInformed ? submissions[marker] ?? 0 : state.allowedSubmissions
        states[event.requestID]?.allowedSubmissions = known + 1
    }

    // MARK: Messages

    func sends(_ message: WebhookMessage, by process: SimulatedProcess) {
        sees("messages sent")
        let job = states.values.first { $0.job.webhook?.message.id == message.id }?.job
        guard let job, job.phase == .ended else {
            return violated("\(process.name) tells of an end that is in no ledger")
        }
        if job.webhook?.message != message { violated("\(process.name) changes a message", job.requestID) }
    }
}
