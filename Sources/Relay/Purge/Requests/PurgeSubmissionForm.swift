import JSON

/// The members of the API's purge request (the guide's `POST /api/v2/purge`): no others are sent.
enum PurgeSubmissionForm {
    static let filters = ["dateRange", "mediaTypes", "wrapupCodes"]
    static let times = ["start", "end"]

    /// The body: what `data` has of the API's members, with values spelt as they came.
    static func body(of data: JSONValue) -> JSONValue {
        let body = data.picking(["resourceType", "purgeReason", "filters", "retentionOverride", "executionWindow"]) {
            switch $0 {
            case "filters": $1.picking(filters) { $0 == "dateRange" ? $1.picking(times) : $1 }
            case "retentionOverride": $1.picking(["days", "reason"])
            case "executionWindow": $1.picking(times)
            default: $1
            }
        }
        // Read anew, so that the event's whole text is not kept for as long as the purge waits.
        return (try? JSONValue(parsing: body.bytes)) ?? body
    }
}

extension JSONValue {
    /// An object of those of `names` that are there and not null, in this order, each as `change` makes it.
    fileprivate func picking(
        _ names: [String], _ change: (String, JSONValue) -> JSONValue = { $1 }
    ) -> JSONValue {
        .object(
            names.compactMap { name in
                guard let value = self[name], !value.isNull else { return nil }
                return (name, change(name, value))
            })
    }
}
