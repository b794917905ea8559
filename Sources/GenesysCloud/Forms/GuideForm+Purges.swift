import JSON

extension GuideForm {
    func purgeQuota(in answer: JSONValue) throws(UnreadableAnswer) -> PurgeQuota {
        guard let remaining = answer["quotaRemaining"]?.intValue else {
            throw UnreadableAnswer(reason: "the answer does not say what is left of the quota")
        }
        return PurgeQuota(remaining: remaining, limit: answer["quotaLimit"]?.intValue)
    }

    /// The id alone decides: with it the job can be followed, whatever else of the answer cannot be read.
    func purgeTicket(in answer: JSONValue) throws(UnreadableAnswer) -> PurgeTicket {
        guard let id = answer["purgeId"]?.stringValue, !id.isEmpty else {
            throw UnreadableAnswer(reason: "the answer names no purge")
        }
        return PurgeTicket(
            purgeID: id, status: status(in: answer) ?? .queued,
            estimatedSeconds: answer["estimatedDuration"]?.intValue.flatMap { $0 < 0 ? nil : $0 },
            quotaRemaining: answer["quotaRemaining"]?.intValue)
    }

    func purgeReport(in answer: JSONValue, id: String) throws(UnreadableAnswer) -> PurgeReport {
        guard let status = status(in: answer) else {
            throw UnreadableAnswer(reason: "the answer has no status of a purge")
        }
        // A proxy's cache that mixes answers up must not end the wrong job.
        if let named = answer["purgeId"], named.stringValue != id {
            throw UnreadableAnswer(reason: "the answer is about another purge")
        }
        let errors = (answer["errors"]?.elements ?? []).prefix(PurgeReport.errorLimit).map { error in
            (error.stringValue ?? error.text).bounded(toBytes: PurgeReport.errorBytes)
        }
        return PurgeReport(status: status, recordsPurged: answer["recordsPurged"]?.intValue, errors: errors)
    }

    private func status(in answer: JSONValue) -> PurgeStatus? {
        guard let text = answer["status"]?.stringValue, !text.isEmpty else { return nil }
        return PurgeStatus(rawValue: text)
    }
}
