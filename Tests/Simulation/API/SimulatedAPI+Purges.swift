import HTTPClient
import JSON
import Seams

/// The purge calls of the simulated API.
extension SimulatedAPI {
    /// What is submitted; nil for every other request.
    func submission(
        _ request: HTTPRequest, _ path: [String], _ process: SimulatedProcess
    ) -> PurgeSubmissionTry? {
        guard request.method == "POST", path.count == 3, path[2] == "purge",
            let body = request.body.flatMap({ try? JSONValue(parsing: $0) }),
            let marker = body["purgeReason"]?.stringValue
        else { return nil }
        return checks.purges?.sends(marker, by: process)
    }

    func fateOfSubmission() -> Fate {
        guard scheduler.chance.once(in: settings.purges.faults) else { return .answered }
        return scheduler.chance.pick([
            .limited, .refused, .failed, .doneButRefused, .lostBefore, .lostAfter, .neverAnsweredNorDone,
            .neverAnswered, .garbled,
        ])
    }

    func servePurge(_ request: HTTPRequest, _ path: [String], _ submission: PurgeSubmissionTry?) -> HTTPResponse {
        let answer: SimulatedDirectory.Answer
        switch (request.method, path.count) {
        case ("POST", 3):
            let body = request.body.flatMap { try? JSONValue(parsing: $0) } ?? .null
            answer = purges.submit(body, at: scheduler.now, &scheduler.chance)
            if let submission {
                history.note(
                    "api", lane: submission.requestID,
                    "answers \(submission.marker) with \(answer.status) \(answer.body?["purgeId"]?.stringValue ?? "")")
                checks.purges?.answers(submission, answer, at: scheduler.now)
            }
        case ("GET", 4) where path[3] == "quota": answer = purges.quota(at: scheduler.now)
        case ("GET", 4): answer = purges.report(path[3], at: scheduler.now)
        default: answer = .init(status: 405)
        }
        return HTTPResponse(status: answer.status, body: answer.body?.bytes ?? [])
    }
}
