import JSON
import KafkaClient
import Relay

/// Checks one line of a file of events: by the worker's own rules, and for what the API would refuse.
struct LineCheck: Sendable {
    private let check: EventCheck
    private let onlyPurgeRequests: Bool
    private let decoder = EventDecoder()

    /// - Parameter onlyPurgeRequests: Whether events of other types are wrong.
    init(_ check: EventCheck, onlyPurgeRequests: Bool = false) {
        self.check = check
        self.onlyPurgeRequests = onlyPurgeRequests
    }

    /// The record to produce, where nothing is wrong, and all that is wrong or odd. A blank line has neither.
    func examine(_ line: [UInt8], file: String, number: Int) -> (record: ProducerRecord?, findings: [LineFinding]) {
        guard !line.allSatisfy(Self.isSpace) else { return (nil, []) }
        func findings(_ faults: [Rejection.Fault], _ severity: LineFinding.Severity = .error) -> [LineFinding] {
            faults.map { LineFinding(severity: severity, file: file, line: number, fault: $0) }
        }
        if onlyPurgeRequests, let type = Self.type(of: line), !Self.isPurgeRequest(type) {
            return (nil, findings([Rejection.Fault(.unsupportedType, at: "type", "must be purge.requested here")]))
        }
        switch check.check(line) {
        case .failure(let rejection):
            if let finding = Self.syntaxError(line, file, number) { return (nil, [finding]) }
            return (nil, findings(rejection.faults))
        case .success(let record):
            let refusals = foreseen(record)
            let isGood = refusals.errors.isEmpty
            return (isGood ? record : nil, findings(refusals.errors) + findings(refusals.warnings, .warning))
        }
    }

    /// Of a change; other events say nothing that the API could refuse beyond the worker's own rules.
    private func foreseen(_ record: ProducerRecord) -> (errors: [Rejection.Fault], warnings: [Rejection.Fault]) {
        let decoded = decoder.decode(
            KafkaRecord(
                partition: TopicPartition(record.topic, 0), offset: 0, value: record.value, headers: record.headers))
        guard case .success(let change) = decoded.content else { return ([], []) }
        let refusals = ForeseenRefusals(of: change)
        return (refusals.errors, refusals.warnings)
    }

    /// Nil where the event has none that can be read; the check says so.
    private static func type(of line: [UInt8]) -> String? { (try? JSONValue(parsing: line))?["type"]?.stringValue }

    /// By the last two segments, as types count.
    private static func isPurgeRequest(_ type: String) -> Bool {
        type == "purge.requested" || type.hasSuffix(".purge.requested")
    }

    /// The worker's own words have no column; who repairs a file wants one.
    private static func syntaxError(_ line: [UInt8], _ file: String, _ number: Int) -> LineFinding? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: line)
            return nil
        } catch {
            return LineFinding(
                file: file, line: number, place: (error.column, error.offset),
                fault: Rejection.Fault(.malformedEvent, at: "", "not JSON: \(error.message) (byte \(error.offset))"))
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
