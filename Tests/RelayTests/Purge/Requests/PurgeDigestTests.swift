import Seams
import Testing

@testable import Relay

/// Which requests count as the same.
@Suite struct PurgeDigestTests {
    static let one = #"""
        {"requestId":"pr-1","resourceType":"user","purgeReason":"R","filters":{"mediaTypes":["voice","chat"]},"retentionOverride":{"days":30}}
        """#

    /// A request whose window has passed since, or that another key or a broken attribute spoils.
    @Test func aRequestThatIsRejectedForItsDataHasItsDigest() throws {
        let window = try PurgeRecords.data([("executionWindow", #"{"end":"2026-11-22T11:00:00Z"}"#)])
        let record = PurgeRecords.record(data: window)
        let first = PurgeRecords.decode(record)
        let second = try #require(try PurgeRecords.request(window))
        #expect(first.contentDigest == second.contentDigest)
        let later = PurgeRecords.decoder.decode(record, at: WallTime(rfc3339: "2026-11-22T12:00:00Z")!)
        #expect(later.faults.count == 1 && later.contentDigest == first.contentDigest)
        for other in [
            PurgeRecords.record(data: window, key: "pr-2"),
            PurgeRecords.record(data: window, attributes: #""time":1,"#),
            PurgeRecords.record(type: "purge.resolved", data: window),
            PurgeRecords.record(
                type: "purge.resolved", data: #"{"requestId":"pr-1","resolution":"abandon"}"#),
            PurgeRecords.record(data: "[]"), PurgeRecords.raw(nil, headers: []),
        ] {
            #expect(PurgeRecords.decode(other).contentDigest == nil)
        }
    }

    @Test func spellingDoesNotCount() throws {
        let other = #"""
            { "retentionOverride" : {"days":3.0e1}, "filters":{"wrapupCodes":null,"mediaTypes":["\u0076oice","chat"]},
              "purgeReason":"Q", "purgeReason":"R", "resourceType":"user", "requestId":"pr-1", "requestedBy":null }
            """#
        let digest = try #require(try PurgeRecords.request(Self.one)).contentDigest
        #expect(try PurgeRecords.request(other)?.contentDigest == digest)
        #expect(digest.utf8.count == 64 && digest.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    }

    @Test(arguments: [
        #""filters":{"mediaTypes":["chat","voice"]},"retentionOverride":{"days":30}"#,
        #""filters":{"mediaTypes":["voice,chat"]},"retentionOverride":{"days":30}"#,
        #""filters":{"mediaTypes":["voice","chat"],"wrapupCodes":[]},"retentionOverride":{"days":30}"#,
        #""filters":{"mediaTypes":["voice","chat"]},"retentionOverride":{"days":31}"#,
        #""filters":{"mediaTypes":["voice","chat"]}"#,
        #""filters":{"mediaTypes":["voice","chat"]},"retentionOverride":{"days":30},"requestedBy":"d""#,
        #""filters":{"mediaTypes":["voice","chat"]},"retentionOverride":{"days":30},"unknown":1"#,
    ])
    func contentCounts(_ rest: String) throws {
        let other = #"{"requestId":"pr-1","resourceType":"user","purgeReason":"R",\#(rest)}"#
        let request = try #require(try PurgeRecords.request(other))
        #expect(try PurgeRecords.request(Self.one)?.contentDigest != request.contentDigest)
        #expect(try PurgeRecords.request(Self.one) != request)
    }
}
