import JSON

extension DataReader {
    /// The resolution; nil where a fault was noted, then or before.
    mutating func purgeResolution(_ data: JSONValue, requestID: String?) -> PurgeResolution? {
        let decision = decision(data)
        let operatorName = freeText("operator", of: data, at: "data")
        guard faults.isEmpty, let requestID, let decision else { return nil }
        return PurgeResolution(
            requestID: requestID, decision: decision, operatorName: operatorName?.isEmpty == false ? operatorName : nil)
    }

    /// A purge's id beside another word than `submitted` contradicts it: then nobody knows what was meant.
    private mutating func decision(_ data: JSONValue) -> PurgeResolution.Decision? {
        guard let word = text("resolution", of: data, at: "data", isRequired: true) else { return nil }
        switch word {
        case "submitted":
            return text("purgeId", of: data, at: "data", isRequired: true).map { .submitted(purgeID: $0) }
        case "resubmit", "abandon":
            if member("purgeId", of: data, at: "data") != nil {
                note("data.purgeId", "must only be given where data.resolution is submitted")
            }
            return word == "resubmit" ? .resubmit : .abandon
        default:
            note("data.resolution", "must be one of submitted, resubmit, abandon")
            return nil
        }
    }
}
