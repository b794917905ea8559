import Testing

@testable import Relay

/// Which requests count as the same.
@Suite struct PurgeDigestTests {
    static let one = #"""
        {"requestId":"pr-1","resourceType":"user","purgeReason":"R","filters":{"mediaTypes":["voice","chat"]},"retentionOverride":{"days":30}}
        """#

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
