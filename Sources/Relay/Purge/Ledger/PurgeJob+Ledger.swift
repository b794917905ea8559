import Crypto
import JSON
import KafkaClient
import Seams

/// A job as the ledger topic spells it.
extension PurgeJob {
    /// The record that makes every later owner of the partition know the job as it is.
    ///
    /// - Parameter topic: The ledger (`topics.purgeJobs`). The record goes to the partition of the request's number.
    func ledgerRecord(topic: String) -> ProducerRecord {
        ProducerRecord(
            topic: topic, partition: origin.record.partition, key: Array(requestID.utf8), value: ledgerValue)
    }

    /// The value of its record: JSON by `schemas/purge-jobs.json`.
    var ledgerValue: [UInt8] {
        var json = JSONValue.object([
            ("requestId", .string(requestID)), ("phase", .string(phase.rawValue)),
            ("status", .string(status.rawValue)),
        ])
        json.put("reason", reason?.ledgerJSON)
        json.put("resourceType", resourceType)
        json.put("purgeReason", purgeReason)
        json.put("requestedBy", requestedBy)
        json.put("submission", submission)
        json.put("windowStart", windowStart)
        json.put("windowEnd", windowEnd)
        json.put("webhookUrl", webhookURL)
        json.put("contentDigest", contentDigest)
        json.put("receivedAt", receivedAt)
        json.put("updatedAt", updatedAt)
        json.put("submittedAt", submittedAt)
        json.put("retryAt", retryAt)
        json.put("purgeId", purgeID)
        json.put("estimatedDuration", estimatedSeconds)
        json.put("quotaRemaining", quotaRemaining)
        json.put("recordsPurged", recordsPurged)
        json.put("attempts", Int64(attempts))
        json.put("requests", Int64(requests))
        json.put("origin", origin.ledgerJSON)
        json.put("original", original?.ledgerJSON)
        let counts = outcomeCounts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
        json.put("outcomes", JSONValue.object(counts))
        if !repeats.isEmpty { json.put("repeats", JSONValue.array(repeats.map(\.ledgerJSON))) }
        json.put("webhook", webhook?.ledgerJSON)
        return json.bytes
    }

    /// Reads the value of a record of the ledger; nil for what is no job.
    public init?(ledgerValue: [UInt8]) {
        guard let json = try? JSONValue(parsing: ledgerValue),
            let requestID = json["requestId"]?.stringValue,
            let phase = json["phase"]?.stringValue.flatMap(Phase.init),
            let status = json["status"]?.stringValue.flatMap(PurgeOutcome.Status.init),
            let resourceType = json["resourceType"]?.stringValue,
            let purgeReason = json["purgeReason"]?.stringValue,
            let contentDigest = json["contentDigest"]?.stringValue,
            let receivedAt = json.time("receivedAt"), let updatedAt = json.time("updatedAt"),
            let origin = json["origin"].flatMap(PurgeOrigin.init(ledgerJSON:))
        else { return nil }
        self.init(
            requestID: requestID, phase: phase, status: status, resourceType: resourceType, purgeReason: purgeReason,
            contentDigest: contentDigest, receivedAt: receivedAt, updatedAt: updatedAt, origin: origin)
        reason = json["reason"].flatMap(Reason.init(ledgerJSON:))
        requestedBy = json["requestedBy"]?.stringValue
        submission = json["submission"]
        windowStart = json.time("windowStart")
        windowEnd = json.time("windowEnd")
        webhookURL = json["webhookUrl"]?.stringValue
        submittedAt = json.time("submittedAt")
        retryAt = json.time("retryAt")
        purgeID = json["purgeId"]?.stringValue
        estimatedSeconds = json["estimatedDuration"]?.intValue
        quotaRemaining = json["quotaRemaining"]?.intValue
        recordsPurged = json["recordsPurged"]?.intValue
        attempts = json["attempts"]?.intValue.flatMap(Int.init(exactly:)) ?? 0
        requests = json["requests"]?.intValue.flatMap(Int.init(exactly:)) ?? 0
        original = json["original"].flatMap(OriginalRecord.init(ledgerJSON:))
        for (name, count) in json["outcomes"]?.members ?? [] {
            outcomeCounts[name] = count.intValue.flatMap(Int.init(exactly:)) ?? 0
        }
        repeats = json["repeats"]?.elements.compactMap(PurgeOrigin.init(ledgerJSON:)) ?? []
        webhook = json["webhook"].flatMap(WebhookDelivery.init(ledgerJSON:))
    }
}

extension Reason {
    fileprivate var ledgerJSON: JSONValue {
        var json = JSONValue.object([("code", .string(code.rawValue)), ("message", .string(message))])
        if safeMessage != message { json.put("safeMessage", safeMessage) }
        json.put("httpStatus", httpStatus.map(Int64.init))
        json.put("correlationId", correlationID)
        return json
    }

    fileprivate init?(ledgerJSON json: JSONValue) {
        guard let code = json["code"]?.stringValue, let message = json["message"]?.stringValue else { return nil }
        self.init(
            ReasonCode(rawValue: code), message: message,
            safeMessage: json["safeMessage"]?.stringValue ?? message,
            httpStatus: json["httpStatus"]?.intValue.flatMap(Int.init(exactly:)),
            correlationID: json["correlationId"]?.stringValue)
    }
}

extension PurgeOrigin {
    /// Attributes are cut as in outcomes, which are what they are kept for.
    fileprivate var ledgerJSON: JSONValue {
        func bounded(_ text: String?) -> String? { text?.cut(toBytes: OutcomeEncoder.attributeLimit) }
        var json = JSONValue.object([
            ("topic", .string(record.topic)), ("partition", .number(Int64(record.partition))),
            ("offset", .number(record.offset)),
        ])
        json.put("timestamp", record.timestamp)
        // The key is the request's id, or the record would have been rejected.
        json.put("key", record.keyText)
        json.put("id", bounded(attributes.id))
        json.put("source", bounded(attributes.source))
        json.put("type", bounded(attributes.type))
        json.put("subject", bounded(attributes.subject))
        json.put("sequence", bounded(attributes.sequence))
        json.put("traceparent", bounded(attributes.traceparent))
        return json
    }

    fileprivate init?(ledgerJSON json: JSONValue) {
        guard let topic = json["topic"]?.stringValue,
            let partition = json["partition"]?.intValue.flatMap(Int32.init(exactly:)),
            let offset = json["offset"]?.intValue
        else { return nil }
        self.init(
            RecordCoordinates(
                topic: topic, partition: partition, offset: offset, timestamp: json["timestamp"]?.intValue,
                key: json["key"]?.stringValue.map { Array($0.utf8) }),
            EventAttributes(
                id: json["id"]?.stringValue, source: json["source"]?.stringValue, type: json["type"]?.stringValue,
                subject: json["subject"]?.stringValue, sequence: json["sequence"]?.stringValue,
                traceparent: json["traceparent"]?.stringValue))
    }
}

extension OriginalRecord {
    fileprivate var ledgerJSON: JSONValue {
        var json = JSONValue.object([])
        json.put("value", value.map { Base64.encode($0) })
        json.put(
            "headers",
            JSONValue.array(
                headers.map { header in
                    var json = JSONValue.object([("name", .string(header.name))])
                    json.put("value", header.value.map { Base64.encode($0) })
                    return json
                }))
        return json
    }

    fileprivate init?(ledgerJSON json: JSONValue) {
        self.init(
            value: json["value"]?.stringValue.flatMap { Base64.decode($0) },
            headers: json["headers"]?.elements.map { header in
                KafkaHeader(
                    header["name"]?.stringValue ?? "", header["value"]?.stringValue.flatMap { Base64.decode($0) })
            } ?? [])
    }
}

extension WebhookDelivery {
    fileprivate var ledgerJSON: JSONValue {
        JSONValue.object([
            ("id", .string(message.id)), ("url", .string(message.url)),
            ("body", .string(String(decoding: message.body, as: UTF8.self))), ("state", .string(state.rawValue)),
            ("since", .string(since.description)),
        ])
    }

    fileprivate init?(ledgerJSON json: JSONValue) {
        guard let id = json["id"]?.stringValue, let url = json["url"]?.stringValue,
            let body = json["body"]?.stringValue, let state = json["state"]?.stringValue.flatMap(State.init),
            let since = json.time("since")
        else { return nil }
        self.init(message: WebhookMessage(id: id, url: url, body: Array(body.utf8)), state: state, since: since)
    }
}
