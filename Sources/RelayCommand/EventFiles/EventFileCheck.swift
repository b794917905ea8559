import CommandLineParsing
import Configuration
import KafkaClient

/// Checks whole files of events and counts what it finds.
struct EventFileCheck {
    /// Events of all files so far, good and bad.
    private(set) var events = 0
    /// Events with at least one error.
    private(set) var badEvents = 0
    private(set) var warnings = 0
    private(set) var unreadableFiles = 0
    /// Where the good events belong.
    private(set) var topics: Set<String> = []

    private let check: LineCheck
    private let context: CommandContext
    private let inJSON: Bool

    /// A check that prints what it finds on standard output.
    init(_ check: LineCheck, printingTo context: CommandContext, inJSON: Bool = false) {
        self.check = check
        self.context = context
        self.inJSON = inJSON
    }

    /// 69 where a file could not be read, 65 where an event is wrong.
    var exitCode: ExitCode {
        if unreadableFiles > 0 { return .unavailable }
        return badEvents > 0 ? .dataError : .success
    }

    /// Such as `12 events checked: 2 are wrong, 1 warning`.
    var summary: String {
        let verdict = badEvents == 0 ? "all are good" : "\(badEvents) \(badEvents == 1 ? "is" : "are") wrong"
        var text = "\(events.counted("event")) checked" + (events == 0 ? "" : ": \(verdict)")
        if warnings > 0 { text += ", \(warnings.counted("warning"))" }
        if unreadableFiles > 0 { text += ", \(unreadableFiles.counted("file")) not readable" }
        return text
    }

    /// Checks `file`, and hands on its good events.
    mutating func examine(_ file: String, good: (CheckedEvent) -> Void = { _ in }) {
        do throws(FileError) {
            var reader = try LineReader(file)
            while let line = try reader.next() {
                let (record, findings) = check.examine(line, file: file, number: reader.number)
                note(findings, isEvent: record != nil || !findings.isEmpty)
                if let record {
                    topics.insert(record.topic)
                    good(CheckedEvent(file: file, line: reader.number, record: record))
                }
            }
        } catch {
            unreadableFiles += 1
            context.console.standardError("error: \(error)\n")
        }
    }

    private mutating func note(_ findings: [LineFinding], isEvent: Bool) {
        if isEvent { events += 1 }
        if findings.contains(where: { $0.severity == .error }) { badEvents += 1 }
        warnings += findings.count { $0.severity == .warning }
        for finding in findings {
            context.console.standardOutput((inJSON ? finding.json : finding.text) + "\n")
        }
    }
}

/// A good event, and where it stands.
struct CheckedEvent: Sendable {
    var file: String
    var line: Int
    var record: ProducerRecord
}

extension Int {
    /// `1 event`, `2 events`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
