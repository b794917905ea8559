import JSON
import Seams

extension AuditEntry {
    /// What each text may take of a record, in bytes: a record must fit into its topic whatever the event held.
    static let textLimit = 1024

    /// The members of its record that are not the chain's. What is absent is left out, except that the end of a job has
    /// all members of the guide's shape.
    var members: [(String, JSONValue)] {
        let isEnd = action == .jobCompleted || action == .jobFailed
        var members: [(String, JSONValue)] = []
        func put(_ name: String, _ value: JSONValue?, always: Bool = false) {
            if let value = value ?? (always ? .some(.null) : nil) { members.append((name, value)) }
        }
        func text(_ text: String?) -> JSONValue? { text.map { .string($0.cut(toBytes: Self.textLimit)) } }
        put("action", text(action.rawValue))
        put("requestId", text(requestID))
        put("purgeId", text(purgeID), always: isEnd)
        put("reason", text(reason), always: isEnd)
        put("status", text(status), always: isEnd)
        put("records", records.map { .number($0) }, always: isEnd)
        put("timestamp", text(at.description))
        put("operator", text(operatorName), always: isEnd)
        put("detail", text(detail))
        return members
    }
}
