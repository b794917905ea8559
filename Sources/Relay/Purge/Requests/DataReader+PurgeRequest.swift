import Crypto
import JSON
import Seams

extension DataReader {
    /// The request; nil where a fault was noted, then or before.
    mutating func purgeRequest(
        _ data: JSONValue, requestID: String?, rules: PurgeRules, at now: WallTime
    ) -> PurgeRequest? {
        let resourceType = resourceType(data, of: rules.resourceTypes)
        let reason = text("purgeReason", of: data, at: "data", isRequired: true)
        checkFilters(data)
        checkRetention(data)
        let window = window(data, minimum: rules.minWindow, at: now)
        let webhookURL = webhookURL(data, rules.webhooks)
        let requestedBy = freeText("requestedBy", of: data, at: "data")
        guard faults.isEmpty, let requestID, let resourceType, let reason else { return nil }
        return PurgeRequest(
            requestID: requestID, resourceType: resourceType, reason: reason,
            submission: PurgeSubmissionForm.body(of: data), window: window, webhookURL: webhookURL,
            requestedBy: requestedBy?.isEmpty == false ? requestedBy : nil,
            contentDigest: PurgeRequest.contentDigest(of: data))
    }

    private mutating func resourceType(_ data: JSONValue, of supported: [String]) -> String? {
        guard let type = text("resourceType", of: data, at: "data", isRequired: true) else { return nil }
        guard supported.contains(where: { $0.utf8.elementsEqual(type.utf8) }) else {
            note("data.resourceType", "must be one of \(supported.joined(separator: ", "))")
            return nil
        }
        return type
    }

    private mutating func checkRetention(_ data: JSONValue) {
        let path = "data.retentionOverride"
        guard let override = object("retentionOverride", of: data, at: "data") else { return }
        if let days = member("days", of: override, at: path, isRequired: true), (days.intValue ?? 0) < 1 {
            note("\(path).days", "must be an integer of at least 1")
        }
        _ = freeText("reason", of: override, at: path)
    }

    private mutating func webhookURL(_ data: JSONValue, _ policy: WebhookPolicy) -> String? {
        guard let url = text("webhookUrl", of: data, at: "data") else { return nil }
        if let problem = policy.problem(of: url) {
            note("data.webhookUrl", problem, .webhookNotAllowed)
            return nil
        }
        return url
    }

    private mutating func window(
        _ data: JSONValue, minimum: Duration, at now: WallTime
    ) -> PurgeRequest.Window? {
        let path = "data.executionWindow"
        guard let window = object("executionWindow", of: data, at: "data") else { return nil }
        let knownFaults = faults.count
        let start = time("start", of: window, at: path)
        guard let end = time("end", of: window, at: path, isRequired: true), faults.count == knownFaults else {
            return nil
        }
        if end <= now {
            note("\(path).end", "must be in the future")
        }
        if let start, start >= end {
            note("\(path).start", "must be before \(path).end")
        } else if end > now, Duration.milliseconds(end.milliseconds - (start ?? now).milliseconds) < minimum {
            note(path, "must be at least \(minimum.inWords) long")
        }
        return PurgeRequest.Window(start: start, end: end)
    }
}

extension PurgeRequest {
    static func contentDigest(of data: JSONValue) -> String {
        Hex.text(SHA256.digest(data.canonicalBytes(nullMembers: false)))
    }
}

extension Duration {
    /// Such as `90 s` or `0.5 s`.
    fileprivate var inWords: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return milliseconds == 0 ? "\(seconds) s" : "\(Double(seconds) + Double(milliseconds) / 1000) s"
    }
}
