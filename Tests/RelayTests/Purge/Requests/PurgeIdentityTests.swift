import KafkaClient
import Testing

@testable import Relay

/// Which request a record speaks of.
@Suite struct PurgeIdentityTests {
    private func decode(id: String?, key: String?) throws -> DecodedPurgeRecord {
        PurgeRecords.decode(PurgeRecords.record(data: try PurgeRecords.data([("requestId", id)]), key: key))
    }

    @Test func theIDIsTheKey() throws {
        let problem = "data.requestId: must be the same as the record's key"
        #expect(try decode(id: #""pr-2""#, key: "pr-2").faults == [])
        for key in ["pr-1", "PR-2", "pr-2 ", "", nil] {
            let decoded = try decode(id: #""pr-2""#, key: key)
            #expect(decoded.faults == [problem])
            #expect(decoded.rejection?.reason.code == .invalidData)
            #expect(decoded.requestID == "pr-2")
        }
        // Composed and decomposed forms are one string to Swift, and two keys to Kafka.
        #expect(try decode(id: #""caf\u00e9""#, key: "cafe\u{301}").faults == [problem])
        #expect(try decode(id: #""caf\u00e9""#, key: "caf\u{e9}").faults == [])
    }

    /// The key names the request where the data do not.
    @Test(arguments: [
        (nil, "is missing"), ("null", "is missing"), (#""""#, "must be a non-empty string"),
        ("5", "must be a non-empty string"), (#""a\ud800""#, "must be a non-empty string"),
        (#""contact-relay:head""#, "must not begin with 'contact-relay:', which is the relay's own"),
        (#""\u0063ontact-relay:""#, "must not begin with 'contact-relay:', which is the relay's own"),
    ])
    func whatIsNoIDIsAFault(_ id: String?, _ problem: String) throws {
        let decoded = try decode(id: id, key: "k")
        #expect(decoded.faults == ["data.requestId: \(problem)"])
        #expect(decoded.requestID == "k")
        #expect(try decode(id: id, key: nil).requestID == nil)
    }

    @Test func anIDHas256BytesAtMost() throws {
        let longest = String(repeating: "é", count: 128)
        #expect(try decode(id: "\"\(longest)\"", key: longest).faults == [])
        #expect(
            try decode(id: "\"\(longest)x\"", key: longest + "x").faults
                == ["data.requestId: must have at most 256 bytes"])
    }

    @Test func aReservedPrefixIsReservedWhateverFollows() {
        // An accent makes another character of the colon.
        #expect(PurgeRequestID.problem(of: "contact-relay:\u{301}x") != nil)
        #expect(PurgeRequestID.problem(of: "contact-relay") == nil)
    }

    @Test func theLastOfTwoMembersCounts() throws {
        let data = try PurgeRecords.data().replacing("pr-1", with: "pr-0")
        let twice = #"{"requestId":"pr-9",\#(data.dropFirst())"#
        #expect(PurgeRecords.decode(PurgeRecords.record(data: twice, key: "pr-0")).faults == [])
        #expect(PurgeRecords.decode(PurgeRecords.record(data: twice, key: "pr-9")).faults.count == 1)
    }

    @Test func aKeyThatIsNoTextNamesNothing() {
        var record = PurgeRecords.record(data: "{}")
        record.key = [0xFF]
        #expect(PurgeRecords.decode(record).requestID == nil)
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        let parts = split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
        return parts.map { String($0) }.joined(separator: other)
    }
}
