import JSON
import Seams

/// What the API refuses in a submission, looked at by itself: 400 with the member at fault.
enum PurgeRules {
    static let resourceTypes = ["conversation", "user", "skill"]

    static func check(_ purge: JSONValue, at now: WallTime) throws(Refusal) {
        guard resourceTypes.contains(purge["resourceType"]?.stringValue ?? "") else {
            throw .invalid("resourceType", "must be one of \(resourceTypes.joined(separator: ", "))")
        }
        guard let reason = purge["purgeReason"]?.stringValue, !reason.isEmpty else {
            throw .invalid("purgeReason", "is required and must be a string")
        }
        try checkFilters(purge)
        if let retention = try object("retentionOverride", of: purge) {
            guard let days = retention["days"]?.intValue, days >= 1 else {
                throw .invalid("retentionOverride.days", "must be a whole number of 1 or more")
            }
        }
        if let window = try object("executionWindow", of: purge) {
            let end = try span(window, "executionWindow", needsStart: false)
            guard end > now else { throw .invalid("executionWindow.end", "must be in the future") }
        }
    }

    private static func checkFilters(_ purge: JSONValue) throws(Refusal) {
        guard let filters = try object("filters", of: purge) else { throw .invalid("filters", "is required") }
        let range = try object("dateRange", of: filters, place: "filters.")
        if let range { _ = try span(range, "filters.dateRange", needsStart: true) }
        var hasFilter = range != nil
        for member in ["mediaTypes", "wrapupCodes"] {
            guard let list = present(member, of: filters) else { continue }
            guard list.kind == .array, list.elements.allSatisfy({ !($0.stringValue ?? "").isEmpty }) else {
                throw .invalid("filters.\(member)", "must be an array of strings that are not empty")
            }
            hasFilter = hasFilter || !list.elements.isEmpty
        }
        guard hasFilter else { throw .invalid("filters", "must hold at least one filter") }
    }

    /// Checks `start` and `end`, and gives the end.
    private static func span(_ span: JSONValue, _ place: String, needsStart: Bool) throws(Refusal) -> WallTime {
        let start = try time("start", of: span, place)
        guard start != nil || !needsStart else { throw .invalid("\(place).start", "is required") }
        guard let end = try time("end", of: span, place) else { throw .invalid("\(place).end", "is required") }
        if let start, start >= end { throw .invalid("\(place).start", "must be before the end") }
        return end
    }

    private static func time(_ member: String, of span: JSONValue, _ place: String) throws(Refusal) -> WallTime? {
        guard let value = present(member, of: span) else { return nil }
        guard let text = value.stringValue, ["Z", "z", "+00:00"].contains(where: text.hasSuffix),
            let time = WallTime(rfc3339: text)
        else { throw .invalid("\(place).\(member)", "must be a time in UTC as ISO 8601 writes it") }
        return time
    }

    private static func object(
        _ member: String, of document: JSONValue, place: String = ""
    ) throws(Refusal) -> JSONValue? {
        guard let value = present(member, of: document) else { return nil }
        guard value.kind == .object else { throw .invalid(place + member, "must be an object") }
        return value
    }

    private static func present(_ member: String, of document: JSONValue) -> JSONValue? {
        guard let value = document[member], !value.isNull else { return nil }
        return value
    }
}
