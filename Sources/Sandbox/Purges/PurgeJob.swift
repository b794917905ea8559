import JSON
import Seams

/// One purge that was taken; how it stands is a matter of the clock alone.
struct PurgeJob: Sendable {
    enum Status: String, Sendable {
        case queued = "QUEUED"
        case running = "RUNNING"
        case completed = "COMPLETED"
        case failed = "FAILED"
    }

    static let prefix = "p-"

    let number: Int
    let time: WallTime
    let sent: JSONValue
    let taken: Moment
    let duration: Duration
    let fails: Bool

    var id: String { Self.prefix + String(number) }

    /// How many records it deletes where it does not fail: 1 to 16,384, without a pattern, the same for the same id.
    var records: Int {
        Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15) >> 50) + 1
    }

    /// The first quarter of its time it is queued, then its records go evenly.
    func progress(now: Moment) -> (status: Status, recordsPurged: Int) {
        let last = fails ? records / 2 : records
        let queued = duration / 4
        let age = now - taken
        if age >= duration { return (fails ? .failed : .completed, last) }
        if age < queued { return (.queued, 0) }
        let share = (age - queued).inSeconds / (duration - queued).inSeconds
        return (.running, min(last, Int(Double(last) * share)))
    }

    /// What the API says of it.
    func document(now: Moment) -> JSONValue {
        let (status, recordsPurged) = progress(now: now)
        return .object([
            ("purgeId", .string(id)), ("status", .string(status.rawValue)), ("recordsPurged", .number(recordsPurged)),
            ("errors", .array(status == .failed ? ["the purge stopped half-way"] : [])),
        ])
    }

    /// What the sandbox's own ledger says of it.
    func record(now: Moment) -> SandboxPurge {
        let (status, recordsPurged) = progress(now: now)
        return SandboxPurge(
            number: number, purgeID: id, time: time, sent: sent, status: status.rawValue,
            recordsPurged: recordsPurged, records: records)
    }
}
