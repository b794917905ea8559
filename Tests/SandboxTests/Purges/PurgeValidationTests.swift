import JSON
import Testing

@testable import Sandbox

struct PurgeValidationTests {
    @Test(arguments: [
        (#""resourceType":"mammoth""#, "resourceType"), (#""resourceType":null"#, "resourceType"),
        (#""purgeReason":"""#, "purgeReason"), (#""purgeReason":7"#, "purgeReason"), (#""filters":null"#, "filters"),
        (#""filters":[]"#, "filters"), (#""filters":{}"#, "filters"),
        (#""filters":{"mediaTypes":[],"wrapupCodes":[],"dateRange":null}"#, "filters"),
        (#""filters":{"mediaTypes":"voice"}"#, "filters.mediaTypes"),
        (#""filters":{"wrapupCodes":["a",""]}"#, "filters.wrapupCodes"),
        (#""filters":{"dateRange":"2023"}"#, "filters.dateRange"),
        (#""filters":{"dateRange":{"end":"2023-01-31T00:00:00Z"}}"#, "filters.dateRange.start"),
        (#""filters":{"dateRange":{"start":"2023-01-01T00:00:00Z"}}"#, "filters.dateRange.end"),
        (
            #""filters":{"dateRange":{"start":"2023-01-01","end":"2023-01-31T00:00:00Z"}}"#,
            "filters.dateRange.start"
        ),
        (
            #""filters":{"dateRange":{"start":"2023-01-01T00:00:00Z","end":"2023-02-30T00:00:00Z"}}"#,
            "filters.dateRange.end"
        ),
        (
            #""filters":{"dateRange":{"start":"2023-01-01T00:00:00+02:00","end":"2023-01-31T00:00:00Z"}}"#,
            "filters.dateRange.start"
        ),
        (
            #""filters":{"dateRange":{"start":"2023-01-31T00:00:00Z","end":"2023-01-31T00:00:00.000Z"}}"#,
            "filters.dateRange.start"
        ),
        (#""retentionOverride":{"days":0}"#, "retentionOverride.days"),
        (#""retentionOverride":{"days":1.5}"#, "retentionOverride.days"),
        (#""retentionOverride":30"#, "retentionOverride"), (#""executionWindow":{}"#, "executionWindow.end"),
        (#""executionWindow":{"end":"2026-09-21T14:13:20Z"}"#, "executionWindow.end"),
        (
            #""executionWindow":{"start":"2030-01-02T00:00:00Z","end":"2030-01-01T00:00:00Z"}"#,
            "executionWindow.start"
        ),
    ])
    func aPurgeAtFaultIs400WithTheField(_ member: String, _ field: String) {
        var bench = Bench()
        // Of members of one name the last one counts.
        let body = PurgeTests.body.dropLast() + "," + member + "}"
        let reply = bench.call("POST", purgePath, body)
        #expect(reply.status == 400)
        #expect(reply.field == field)
        #expect(PurgeTests.ledger(bench).isEmpty)
    }

    @Test func thePurgeOfTheContractIsTaken() {
        var bench = Bench()
        let body = """
            {"resourceType":"conversation","purgeReason":"RETENTION",
             "filters":{"dateRange":{"start":"2023-01-01T00:00:00.000Z","end":"2023-01-31T23:59:59.999Z"},
                        "mediaTypes":["voice","chat"],"wrapupCodes":[]},
             "retentionOverride":{"days":30,"reason":"COMPLIANCE_OVERRIDE"},
             "executionWindow":{"start":"2026-11-22T22:00:00Z","end":"2026-11-23T02:00:00+00:00"}}
            """
        #expect(bench.call("POST", purgePath, body).status == 202)
    }

    @Test(arguments: ["conversation", "user", "skill"])
    func everyTypeOfTheGuideIsTaken(_ type: String) {
        var bench = Bench()
        let body = #"{"resourceType":"\#(type)","purgeReason":"R","filters":{"wrapupCodes":["w"]}}"#
        #expect(bench.call("POST", purgePath, body).status == 202)
    }

    @Test(arguments: ["", "{", "[]"]) func aBodyThatIsNoObjectIs400(_ body: String) {
        var bench = Bench()
        #expect(bench.call("POST", purgePath, body).status == 400)
        #expect(bench.plan("POST", purgePath, PurgeTests.body, contentType: "text/plain").outcome.status == 415)
    }
}
