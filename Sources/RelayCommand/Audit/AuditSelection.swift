import Relay
import Seams

/// Which records of the history are shown. What is checked does not depend on it.
struct AuditSelection: Sendable {
    /// Of one request; nil for all.
    var request: String?
    /// Not before.
    var from: WallTime?
    /// Before.
    var to: WallTime?

    /// A record without a time that can be read is of every period: it is better shown than not.
    func includes(_ record: AuditRecord) -> Bool {
        if let request, record["requestId"] != request { return false }
        guard let timestamp = record.timestamp else { return true }
        if let from, timestamp < from { return false }
        if let to, timestamp >= to { return false }
        return true
    }
}
