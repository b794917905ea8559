import Relay
import Seams

/// What a check of one chain gave: of a partition, or of a file.
struct CheckedChain: Sendable {
    /// A record to be shown; read again for that, since there may be many.
    struct Shown: Sendable {
        var bytes: [UInt8]
        /// Its time or, where an earlier record has a later one, that: what is one after another in the log is shown so,
        /// whatever the clocks of the replicas were.
        var time: WallTime
    }

    /// What it is called: `purge-audit/3`, or the file's path.
    var name: String
    /// What its records are counted by: `offset`, or `line`.
    var placeWord: String
    var findings: AuditFindings
    var shown: [Shown]

    /// The shown records of several chains in the order of their times.
    static func merged(_ chains: [CheckedChain]) -> [Shown] {
        let all = chains.flatMap(\.shown)
        return all.indices.sorted { (all[$0].time, $0) < (all[$1].time, $1) }.map { all[$0] }
    }
}

/// Checks a chain record by record, and keeps those that are to be shown.
struct ChainCheck: Sendable {
    private var verifier: AuditVerifier
    private let selection: AuditSelection
    private var shown: [CheckedChain.Shown] = []
    private var latest = WallTime(milliseconds: .min)

    init(_ selection: AuditSelection, isFile: Bool = false, ledger: AuditHead? = nil) {
        verifier = AuditVerifier(isFile: isFile, ledger: ledger)
        self.selection = selection
    }

    mutating func take(_ value: [UInt8]?, at place: Int64) {
        guard let record = verifier.take(value, at: place) else { return }
        if let timestamp = record.timestamp { latest = max(latest, timestamp) }
        if selection.includes(record) { shown.append(CheckedChain.Shown(bytes: record.bytes, time: latest)) }
    }

    func finish(name: String, placeWord: String, ledger: AuditVerifier.Ledger? = nil) -> CheckedChain {
        CheckedChain(
            name: name, placeWord: placeWord, findings: verifier.finish(ledger: ledger), shown: shown)
    }
}
