import CommandLineParsing
import JSON
import Relay

/// What `audit purges` says.
struct AuditReport: Sendable {
    var chains: [CheckedChain]
    /// What there is to say besides, about no chain of its own.
    var remarks: [String] = []

    var records: Int64 { chains.reduce(0) { $0 + $1.findings.count } }
    var faults: Int { chains.reduce(0) { $0 + $1.findings.faults.count } }
    var exitCode: ExitCode { faults == 0 ? .success : .dataError }

    /// Faults, notes and remarks, a line each: for standard error.
    var problems: String {
        var text = ""
        for chain in chains {
            for fault in chain.findings.faults {
                let sequence = fault.sequence.map { " sequence \($0)" } ?? ""
                text += "fault: \(chain.name) \(chain.placeWord) \(fault.offset)\(sequence): \(fault.problem)\n"
            }
            for note in chain.findings.notes { text += "note: \(chain.name) \(note.text)\n" }
        }
        for remark in remarks { text += "note: \(remark)\n" }
        return text
    }

    // MARK: For people

    /// The history, then the last record of each chain, then the verdict.
    func writeText(_ write: (String) throws(WriteFailure) -> Void) throws(WriteFailure) {
        let shown = CheckedChain.merged(chains)
        for record in shown {
            if let record = try? AuditRecord(reading: record.bytes) { try write(Self.line(record)) }
        }
        if !shown.isEmpty { try write("\n") }
        for chain in chains {
            guard let first = chain.findings.firstSequence, let head = chain.findings.head else { continue }
            try write("\(chain.name): sequence \(first) to \(head.sequence), last hash \(head.hash)\n")
        }
        let verdict = faults == 0 ? "the chain is intact" : "the chain is not intact: \(faults.counted("fault"))"
        try write("\(verdict); \(Int(records).counted("record")) checked, \(shown.count) shown\n")
    }

    private static func line(_ record: AuditRecord) -> String {
        let action = record["action"]?.shortened ?? "-"
        let padding = String(repeating: " ", count: max(0, AuditAction.webhookDelivered.rawValue.count - action.count))
        var words = [record["timestamp"]?.shortened ?? "-", action + padding, record["requestId"]?.shortened ?? "-"]
        func add(_ text: String?, _ word: String) {
            if let text { words.append("\(word) \(text.shortened)") }
        }
        add(record["purgeId"], "purge")
        add(record["reason"], "reason")
        add(record["status"], "status")
        add(record.records.map { "\($0)" }, "records")
        add(record["operator"], "by")
        if let detail = record["detail"] { words.append(detail.shortened) }
        if !record.isUnchanged { words.append("CHANGED") }
        return words.joined(separator: "  ") + "\n"
    }

    // MARK: For programs

    /// The records as they are in the log, a line each, then a line with the summary.
    func writeJSON(_ write: (String) throws(WriteFailure) -> Void) throws(WriteFailure) {
        let shown = CheckedChain.merged(chains)
        for record in shown { try write(Self.oneLine(record.bytes) + "\n") }
        let summary = JSONValue.object([
            ("intact", .bool(faults == 0)), ("records", .number(records)), ("shown", .number(shown.count)),
            ("chains", .array(chains.map { Self.json($0) })),
            ("faults", .array(chains.flatMap { chain in chain.findings.faults.map { Self.json($0, in: chain) } })),
            (
                "notes",
                .array(
                    chains.flatMap { chain in
                        chain.findings.notes.map { .string("\(chain.name) \($0.text)") }
                    } + remarks.map { .string($0) })
            ),
        ])
        try write(JSONValue.object([("summary", summary)]).text + "\n")
    }

    /// A record that was not written by the relay may have line breaks between its tokens.
    private static func oneLine(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "\n")), let json = try? JSONValue(parsing: bytes) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return json.text
    }

    private static func json(_ chain: CheckedChain) -> JSONValue {
        let (first, head) = (chain.findings.firstSequence, chain.findings.head)
        return .object([
            ("name", .string(chain.name)), ("records", .number(chain.findings.count)),
            ("firstSequence", first.map { .number($0) } ?? .null),
            ("lastSequence", head.map { .number($0.sequence) } ?? .null),
            ("lastHash", head.map { .string($0.hash) } ?? .null),
        ])
    }

    private static func json(_ fault: AuditFault, in chain: CheckedChain) -> JSONValue {
        .object([
            ("chain", .string(chain.name)), (chain.placeWord, .number(fault.offset)),
            ("sequence", fault.sequence.map { .number($0) } ?? .null), ("problem", .string(fault.problem)),
        ])
    }
}
