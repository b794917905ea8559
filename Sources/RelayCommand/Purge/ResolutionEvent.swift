import CommandLineParsing
import JSON
import KafkaClient
import Relay
import Seams

/// A person's word on a purge that is held, as the record that tells the worker.
struct ResolutionEvent: Sendable {
    var decision: PurgeResolution.Decision
    /// Who says so.
    var operatorName: String

    /// The job of `requestID` that is held.
    ///
    /// - Throws: `CommandFailure` (65) where there is none, with what there is.
    static func heldJob(_ requestID: String, in table: PurgeTable, ledger: String) throws(CommandFailure) -> PurgeJob {
        let jobs = table.jobs(of: requestID)
        if let held = jobs.first(where: { $0.phase == .held }) { return held }
        let name = requestID.shortened
        guard let job = jobs.last else {
            throw CommandFailure(exitCode: .dataError, message: "\(ledger) has no purge '\(name)'")
        }
        throw CommandFailure(
            exitCode: .dataError, message: "the purge '\(name)' is not held: it is \(job.status.rawValue)")
    }

    /// The record about `job`, in the partition where its owner reads: a request may have come there by another
    /// partitioner than ours.
    ///
    /// - Parameter id: the event's.
    func record(about job: PurgeJob, topic: String, id: String, at now: WallTime) -> ProducerRecord {
        var data: [(String, JSONValue)] = [
            ("requestId", .string(job.requestID)), ("resolution", .string(decision.word)),
        ]
        if case .submitted(let purgeID) = decision { data.append(("purgeId", .string(purgeID))) }
        data.append(("operator", .string(operatorName)))
        let event = JSONValue.object([
            ("specversion", "1.0"), ("id", .string(id)), ("source", "/contact-relay/cli"), ("type", "purge.resolved"),
            ("subject", .string(job.requestID)), ("time", .string(now.description)),
            ("datacontenttype", "application/json"), ("data", .object(data)),
        ])
        return ProducerRecord(
            topic: topic, partition: job.origin.record.partition, key: Array(job.requestID.utf8), value: event.bytes,
            headers: [OutcomeEncoder.contentType])
    }

    /// A new event's id: 128 random bits in hexadecimal.
    static func newID(_ random: any RandomSource) -> String {
        (0..<2).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension PurgeResolution.Decision {
    /// As the event spells it.
    var word: String {
        switch self {
        case .submitted: "submitted"
        case .resubmit: "resubmit"
        case .abandon: "abandon"
        }
    }
}
