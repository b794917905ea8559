import KafkaClient
import Testing

@testable import Relay

@Suite struct PurgeRejectionTests {
    @Test func allFaultsAreReportedTogether() throws {
        let data = #"""
            {"requestId":"pr-2","resourceType":"queue","purgeReason":"",
             "filters":{"dateRange":{"start":"2023-02-30T00:00:00Z"},"mediaTypes":[1,"voice",""]},
             "retentionOverride":{"days":0,"reason":1},
             "executionWindow":{"start":"2026-11-22T08:00:00Z","end":"2026-11-22T07:00:00Z"},
             "webhookUrl":"http://10.0.0.1/","requestedBy":[]}
            """#
        let decoded = PurgeRecords.decode(PurgeRecords.record(data: data, attributes: #""sequence":7,"#))
        let rejection = try #require(decoded.rejection)
        #expect(
            rejection.faults.map(\.path) == [
                "sequence", "data.requestId", "data.resourceType", "data.purgeReason",
                "data.filters.dateRange.start", "data.filters.dateRange.end", "data.filters.mediaTypes[0]",
                "data.filters.mediaTypes[2]", "data.retentionOverride.days", "data.retentionOverride.reason",
                "data.executionWindow.end", "data.executionWindow.start", "data.webhookUrl", "data.requestedBy",
            ])
        #expect(rejection.reason.code == .malformedEvent)
        #expect(decoded.requestID == "pr-2")
    }

    /// Without a code that weighs more, the first fault's says what is wrong.
    @Test func theReasonsCodeIsTheFirstFaults() throws {
        let both = try PurgeRecords.data([("purgeReason", nil), ("webhookUrl", #""ftp://x""#)])
        #expect(PurgeRecords.decode(PurgeRecords.record(data: both)).rejection?.reason.code == .invalidData)
    }

    @Test(arguments: ["null", "[]", #""text""#, "5", "true"]) func dataIsAnObject(_ data: String) {
        for type in ["purge.requested", "purge.resolved"] {
            let decoded = PurgeRecords.decode(PurgeRecords.record(type: type, data: data))
            #expect(decoded.faults == ["data: must be an object"])
            #expect(decoded.requestID == "pr-1")
        }
    }

    @Test func whatIsNoEventIsNamedByItsKey() {
        for value in [nil, "", "{", "[]", "{}", "\u{0}"] {
            let record = PurgeRecords.raw(value.map { Array($0.utf8) }, headers: [])
            let decoded = PurgeRecords.decode(record)
            #expect(!decoded.isCloudEvent && decoded.requestID == "pr-1")
            #expect(decoded.rejection?.reason.code == .malformedEvent)
        }
    }

    @Test func personalDataAreNotQuoted() throws {
        let data = #"""
            {"requestId":["s3cret"],"resourceType":"s3cret","purgeReason":{"s3cret":1},"filters":{"s3cret":["s3cret"]},
             "webhookUrl":"https://s3cret.example/?token=s3cret","requestedBy":["s3cret"],
             "executionWindow":{"end":"s3cret"},"retentionOverride":{"days":"s3cret"}}
            """#
        let rejection = try #require(PurgeRecords.decode(PurgeRecords.record(data: data)).rejection)
        #expect(rejection.faults.count == 8)
        #expect(!rejection.reason.message.contains("s3cret"))
    }

    /// Whatever the text, there is an answer and its message is bounded.
    @Test func hostileDataAreAnswered() throws {
        let deep = String(repeating: "[", count: 100_000)
        let wide = Array(repeating: "1", count: 20_000).joined(separator: ",")
        let names = (0..<5000).map { #""m\#($0)":{"requestId":"pr-1"}"# }.joined(separator: ",")
        let long = String(repeating: "x", count: 1 << 20)
        for data in [
            deep, #"{"filters":{"mediaTypes":[\#(wide)]}}"#, "{\(names)}", #"{"requestId":"\#(long)"}"#,
            #"{"resourceType":"\#(long)","filters":{"dateRange":{"start":"\#(long)"}}}"#,
            #"{"retentionOverride":{"days":\#(String(repeating: "9", count: 100_000))}}"#,
        ] {
            let rejection = try #require(PurgeRecords.decode(PurgeRecords.record(data: data)).rejection)
            #expect(rejection.reason.message.utf8.count <= Reason.messageLimit)
        }
        let nested = String(repeating: #"{"a":"#, count: 120) + "1" + String(repeating: "}", count: 120)
        #expect(try PurgeRecords.faults([("note", nested)]) == [])
    }
}
