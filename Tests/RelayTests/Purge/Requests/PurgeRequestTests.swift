import JSON
import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct PurgeRequestTests {
    static let whole = #"""
        {"requestId":"pr-1","resourceType":"conversation","purgeReason":"RETENTION","ticket":"T-1",
         "filters":{"dateRange":{"start":"2023-01-01T00:00:00.000Z","end":"2023-01-31T23:59:59.999+00:00"},
                    "mediaTypes":["voice","ch\u0061t"],"wrapupCodes":[]},
         "retentionOverride":{"days":3e1,"reason":"COMPLIANCE_OVERRIDE","note":1},
         "executionWindow":{"end":"2026-11-23T02:00:00Z","start":"2026-11-22T22:00:00Z","zone":null},
         "webhookUrl":"https://lifecycle.acme.com/hooks/purge","requestedBy":"dpo@acme.com"}
        """#

    @Test func everyMemberIsRead() throws {
        let request = try #require(try PurgeRecords.request(Self.whole))
        #expect(request.requestID == "pr-1")
        #expect(request.resourceType == "conversation")
        #expect(request.reason == "RETENTION")
        #expect(request.window?.start == WallTime(rfc3339: "2026-11-22T22:00:00Z"))
        #expect(request.window?.end == WallTime(rfc3339: "2026-11-23T02:00:00Z"))
        #expect(request.webhookURL == "https://lifecycle.acme.com/hooks/purge")
        #expect(request.requestedBy == "dpo@acme.com")
    }

    /// Values keep their spelling; members that are not the API's stay behind.
    @Test func theSubmissionHasTheAPIsMembersAsTheyCame() throws {
        let request = try #require(try PurgeRecords.request(Self.whole))
        #expect(
            request.submission.text
                == #"{"resourceType":"conversation","purgeReason":"RETENTION","filters":{"dateRange":{"start":"2023-01-01T00:00:00.000Z","end":"2023-01-31T23:59:59.999+00:00"},"mediaTypes":["voice","ch\u0061t"],"wrapupCodes":[]},"retentionOverride":{"days":3e1,"reason":"COMPLIANCE_OVERRIDE"},"executionWindow":{"start":"2026-11-22T22:00:00Z","end":"2026-11-23T02:00:00Z"}}"#
        )
        let least = try #require(
            try PurgeRecords.request(
                try PurgeRecords.data([("filters", #"{"wrapupCodes":["w"],"dateRange":null}"#), ("webhookUrl", "null")])
            ))
        #expect(
            least.submission.text
                == #"{"resourceType":"conversation","purgeReason":"RETENTION","filters":{"wrapupCodes":["w"]}}"#)
        #expect(least.window == nil && least.webhookURL == nil && least.requestedBy == nil)
    }

    @Test(arguments: ["purge.requested", "com.acme.dpo.purge.requested", ".purge.requested"])
    func aTypeMayHaveAPrefix(_ type: String) throws {
        let decoded = PurgeRecords.decode(PurgeRecords.record(type: type, data: try PurgeRecords.data()))
        #expect(decoded.faults == [])
        #expect(decoded.attributes.type == type && decoded.requestID == "pr-1" && decoded.isCloudEvent)
        #expect(decoded.record.partition == 2 && decoded.record.offset == 5)
    }

    @Test(arguments: [
        "purge.cancelled", "Purge.Requested", "requested", "xpurge.requested", "purge.requested.v2",
        "contact.upserted", "record.softDeleted", "purge.",
    ])
    func otherTypesAreUnsupported(_ type: String) throws {
        let decoded = PurgeRecords.decode(PurgeRecords.record(type: type, data: try PurgeRecords.data()))
        #expect(decoded.faults == ["type: is not one of this topic's types"])
        #expect(decoded.rejection?.reason.code == .unsupportedType)
        #expect(decoded.requestID == "pr-1")
    }

    @Test func binaryModeIsRead() throws {
        let headers = [
            KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", "e-1"), KafkaHeader("ce_source", "/dpo"),
            KafkaHeader("ce_type", "com.acme.purge.requested"), KafkaHeader("content-type", "application/json"),
        ]
        let good = PurgeRecords.decode(PurgeRecords.raw(Array(Self.whole.utf8), headers: headers))
        let whole = try #require(try PurgeRecords.request(Self.whole))
        #expect(try good.content.get() == .requested(whole))
        let bad = PurgeRecords.decode(PurgeRecords.raw(Array(#"{"requestId":"pr-2"}"#.utf8), headers: headers))
        #expect(
            bad.faults == [
                "data.requestId: must be the same as the record's key", "data.resourceType: is missing",
                "data.purgeReason: is missing", "data.filters: is missing",
            ])
        #expect(bad.requestID == "pr-2")
        #expect(PurgeRecords.decode(PurgeRecords.raw(nil, headers: headers)).faults == ["data: is missing"])
    }
}
