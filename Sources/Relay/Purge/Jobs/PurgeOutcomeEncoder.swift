import KafkaClient
import Seams

/// Makes the outcome records of purges.
struct PurgeOutcomeEncoder: Sendable {
    private let frame: OutcomeEncoder
    private let topic: String

    /// - Parameter topic: `topics.purgeOutcomes`.
    init(groupID: String, topic: String) {
        frame = OutcomeEncoder(groupID: groupID)
        self.topic = topic
    }

    func record(_ publication: PurgeStep.Publication, at time: WallTime) -> ProducerRecord {
        ProducerRecord(
            topic: topic, key: publication.origin.record.key, value: value(publication, at: time),
            headers: [OutcomeEncoder.contentType])
    }

    private func value(_ publication: PurgeStep.Publication, at time: WallTime) -> [UInt8] {
        let (outcome, origin) = (publication.outcome, publication.origin)
        let suffix = publication.number > 1 ? "/\(publication.number)" : ""
        return frame.value(
            of: origin.record, origin.attributes, type: (origin.isCloudEvent ? OutcomeType.purge : .record).rawValue,
            idSuffix: "/\(outcome.status.rawValue)\(suffix)", subject: outcome.requestID, at: time
        ) { text in
            text.put("status", outcome.status.rawValue)
            text.put("requestId", outcome.requestID?.cut(toBytes: OutcomeEncoder.attributeLimit))
            text.put("purgeId", outcome.purgeID?.cut(toBytes: OutcomeEncoder.attributeLimit))
            text.put("estimatedDuration", outcome.estimatedSeconds)
            text.put("quotaRemaining", outcome.quotaRemaining)
            text.put("recordsPurged", outcome.recordsPurged)
            text.put("retryAt", outcome.retryAt?.description)
            if let reason = outcome.reason { OutcomeEncoder.put(reason, into: &text) }
            guard outcome.status.isFinal else { return }
            text.put("attempts", Int64(outcome.attempts))
            text.put("requests", Int64(outcome.requests))
            text.put("durationMs", outcome.duration.wholeMilliseconds)
        }
    }
}
