import JSON
import KafkaClient
import Seams

@testable import Relay

/// Events of `purge-requests` for tests: valid but for what the test makes of them.
enum PurgeRecords {
    /// Before the windows of the tests.
    static let now = WallTime(rfc3339: "2026-11-22T10:00:00Z")!

    static let rules = PurgeRules(
        resourceTypes: ["conversation", "user", "skill"], minWindow: .seconds(60),
        webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: ["lifecycle.acme.com"]))

    static let decoder = PurgeDecoder(rules: rules)

    /// A request's data with `changes` made to it; a change to nil takes the member out.
    static func data(_ changes: [(member: String, json: String?)] = []) throws -> String {
        var data = try JSONValue(
            parsing: #"""
                {"requestId":"pr-1","resourceType":"conversation","purgeReason":"RETENTION",
                 "filters":{"dateRange":{"start":"2023-01-01T00:00:00.000Z","end":"2023-01-31T23:59:59.999Z"}}}
                """#)
        for (member, json) in changes {
            if let json { data.set(member, to: try JSONValue(parsing: json)) } else { data.remove(member) }
        }
        return data.text
    }

    static func record(
        type: String = "purge.requested", data: String, attributes: String = "", key: String? = "pr-1"
    ) -> KafkaRecord {
        let value = #"{"specversion":"1.0","id":"e-1","source":"/dpo","type":"\#(type)",\#(attributes)"data":\#(data)}"#
        return raw(Array(value.utf8), headers: [OutcomeEncoder.contentType], key: key)
    }

    static func raw(_ value: [UInt8]?, headers: [KafkaHeader], key: String? = "pr-1") -> KafkaRecord {
        KafkaRecord(
            partition: TopicPartition("purge-requests", 2), offset: 5, timestamp: 1_790_000_000_000,
            key: key.map { Array($0.utf8) }, value: value, headers: headers)
    }

    static func decode(_ record: KafkaRecord) -> DecodedPurgeRecord { decoder.decode(record, at: now) }

    /// The request that these data ask for; they must be valid.
    static func request(_ data: String) throws -> PurgeRequest? {
        guard case .requested(let request) = try decode(record(data: data)).content.get() else { return nil }
        return request
    }

    /// What is wrong with a request's data so changed.
    static func faults(_ changes: [(member: String, json: String?)]) throws -> [String] {
        decode(record(data: try data(changes))).faults
    }
}

extension DecodedPurgeRecord {
    /// What is wrong with the record, as words; empty when nothing is.
    var faults: [String] { rejection?.faults.map(\.description) ?? [] }

    var rejection: Rejection? {
        guard case .failure(let rejection) = content else { return nil }
        return rejection
    }
}
