import Seams
import Testing

@testable import Relay

/// One row for each rule of a request, on both of its sides.
@Suite struct PurgeRuleTests {
    typealias Case = (member: String, json: String?, fault: String?)

    static let utc = "must be a time in UTC as ISO 8601 writes it, such as 2026-11-22T22:00:00Z"

    private func check(_ cases: [Case]) throws {
        for (member, json, fault) in cases {
            let faults = try PurgeRecords.faults([(member, json)])
            #expect(faults == (fault.map { [$0] } ?? []), "\(member): \(json ?? "absent")")
        }
    }

    @Test func resourceTypeIsOneOfTheSettings() throws {
        let problem = "data.resourceType: must be one of conversation, user, skill"
        try check([
            ("resourceType", #""user""#, nil), ("resourceType", #""skill""#, nil),
            ("resourceType", nil, "data.resourceType: is missing"),
            ("resourceType", "null", "data.resourceType: is missing"),
            ("resourceType", #""""#, "data.resourceType: must be a non-empty string"),
            ("resourceType", "7", "data.resourceType: must be a non-empty string"),
            ("resourceType", #""queue""#, problem), ("resourceType", #""Conversation""#, problem),
            ("resourceType", #""user ""#, problem),
        ])
        let decoder = PurgeDecoder(
            rules: PurgeRules(
                resourceTypes: ["queue"], minWindow: .zero,
                webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: [])))
        let data = try PurgeRecords.data([("resourceType", #""queue""#)])
        #expect(decoder.decode(PurgeRecords.record(data: data), at: PurgeRecords.now).faults == [])
    }

    @Test func thereIsAReason() throws {
        try check([
            ("purgeReason", nil, "data.purgeReason: is missing"),
            ("purgeReason", #""""#, "data.purgeReason: must be a non-empty string"),
            ("purgeReason", "[]", "data.purgeReason: must be a non-empty string"),
            ("purgeReason", #""\ud800""#, "data.purgeReason: must be a non-empty string"),
        ])
    }

    @Test func thereIsAFilter() throws {
        let none = "data.filters: must have a dateRange, or mediaTypes or wrapupCodes that are not empty"
        try check([
            ("filters", nil, "data.filters: is missing"), ("filters", "[]", "data.filters: must be an object"),
            ("filters", "{}", none), ("filters", #"{"mediaTypes":[],"wrapupCodes":[],"dateRange":null}"#, none),
            ("filters", #"{"mediaTypes":["voice"]}"#, nil),
            ("filters", #"{"mediaTypes":[],"wrapupCodes":["w"]}"#, nil),
            ("filters", #"{"dateRange":{"start":"2023-01-01T00:00:00Z","end":"2023-01-01T00:00:01Z"}}"#, nil),
        ])
    }

    /// Left out, a filter that nobody knows would make the purge larger.
    @Test func anUnknownFilterIsAFault() throws {
        let known = "data.filters: must have no members but dateRange, mediaTypes, wrapupCodes"
        let times = "data.filters.dateRange: must have no members but start, end"
        try check([
            ("filters", #"{"mediaTypes":["voice"],"wrapUpCodes":["w"]}"#, known),
            ("filters", #"{"queueIds":["q"]}"#, known),
            ("filters", #"{"mediaTypes":["voice"],"queueIds":null}"#, nil),
            (
                "filters",
                #"{"dateRange":{"start":"2023-01-01T00:00:00Z","end":"2023-01-02T00:00:00Z","zone":"+1"}}"#, times
            ),
        ])
    }

    @Test func mediaTypesAndWrapupCodesAreArraysOfTexts() throws {
        for name in ["mediaTypes", "wrapupCodes"] {
            let path = "data.filters.\(name)"
            try check([
                ("filters", #"{"\#(name)":"voice"}"#, "\(path): must be an array"),
                ("filters", #"{"\#(name)":{}}"#, "\(path): must be an array"),
                ("filters", #"{"\#(name)":["a",5]}"#, "\(path)[1]: must be a non-empty string"),
                ("filters", #"{"\#(name)":[""]}"#, "\(path)[0]: must be a non-empty string"),
                ("filters", #"{"\#(name)":[null]}"#, "\(path)[0]: must be a non-empty string"),
            ])
        }
    }

    @Test(arguments: [
        #""2023-01-01T00:00:00Z""#, #""2023-01-01T00:00:00.123456789Z""#, #""2023-01-01T00:00:00+00:00""#,
        #""2024-02-29T00:00:00Z""#,
    ])
    func timesInUTCAreTaken(_ time: String) throws {
        let range = #"{"dateRange":{"start":\#(time),"end":"2025-01-01T00:00:00Z"}}"#
        #expect(try PurgeRecords.faults([("filters", range)]) == [])
    }

    @Test(arguments: [
        #""2023-02-30T00:00:00Z""#, #""2023-02-29T00:00:00Z""#, #""2023-13-01T00:00:00Z""#, #""2023-01-01T24:00:00Z""#,
        #""2023-01-01T00:00:00""#, #""2023-01-01""#, #""2023-01-01T00:00:00+01:00""#, #""2023-01-01T00:00:00-00:00""#,
        #""2023-01-01T00:00:00z""#, #""2023-01-01t00:00:00Z""#, #""2023-01-01 00:00:00Z""#, #""20230101T000000Z""#,
        #""2023-01-01T00:00:00.Z""#, #"" 2023-01-01T00:00:00Z""#, #""""#, "1672531200", "true", "{}",
    ])
    func otherTimesAreFaults(_ time: String) throws {
        let range = #"{"dateRange":{"start":\#(time),"end":"2025-01-01T00:00:00Z"}}"#
        #expect(try PurgeRecords.faults([("filters", range)]) == ["data.filters.dateRange.start: \(Self.utc)"])
    }

    @Test func aDateRangeHasAStartBeforeItsEnd() throws {
        let path = "data.filters.dateRange"
        try check([
            ("filters", #"{"dateRange":"2023"}"#, "\(path): must be an object"),
            ("filters", #"{"dateRange":{"start":"2023-01-01T00:00:00Z"}}"#, "\(path).end: is missing"),
            ("filters", #"{"dateRange":{"end":"2023-01-01T00:00:00Z"}}"#, "\(path).start: is missing"),
            (
                "filters", #"{"dateRange":{"start":"2023-01-01T00:00:00Z","end":"2023-01-01T00:00:00Z"}}"#,
                "\(path).start: must be before \(path).end"
            ),
            (
                "filters", #"{"dateRange":{"start":"2023-01-02T00:00:00Z","end":"2023-01-01T00:00:00Z"}}"#,
                "\(path).start: must be before \(path).end"
            ),
        ])
    }

    @Test func retentionIsAtLeastADay() throws {
        let days = "data.retentionOverride.days"
        let least = "\(days): must be an integer of at least 1"
        try check([
            ("retentionOverride", #"{"days":1}"#, nil), ("retentionOverride", #"{"days":3.0e1,"reason":""}"#, nil),
            ("retentionOverride", "5", "data.retentionOverride: must be an object"),
            ("retentionOverride", "{}", "\(days): is missing"),
            ("retentionOverride", #"{"days":0}"#, least), ("retentionOverride", #"{"days":-3}"#, least),
            ("retentionOverride", #"{"days":1.5}"#, least), ("retentionOverride", #"{"days":"30"}"#, least),
            ("retentionOverride", #"{"days":1e400}"#, least),
            ("retentionOverride", #"{"days":1,"reason":5}"#, "data.retentionOverride.reason: must be a string"),
        ])
    }

    /// It is ten o'clock.
    @Test func aWindowEndsInTheFutureAndIsLongEnough() throws {
        let path = "data.executionWindow"
        let short = "\(path): must be at least 60 s long"
        let past = "\(path).end: must be in the future"
        func window(_ start: String?, _ end: String) -> String {
            let start = start.map { #""start":"2026-11-22T\#($0)Z","# } ?? ""
            return #"{\#(start)"end":"2026-11-22T\#(end)Z"}"#
        }
        try check([
            ("executionWindow", window("22:00:00", "22:01:00"), nil),
            ("executionWindow", window("22:00:00", "22:00:59.999"), short),
            ("executionWindow", window(nil, "10:01:00"), nil),
            ("executionWindow", window(nil, "10:00:59"), short),
            // One that has begun is as long as it is written.
            ("executionWindow", window("09:00:00", "10:00:01"), nil),
            ("executionWindow", window(nil, "10:00:00"), past), ("executionWindow", window(nil, "09:59:59"), past),
            ("executionWindow", window("08:00:00", "09:00:00"), past),
            ("executionWindow", window("22:00:00", "22:00:00"), "\(path).start: must be before \(path).end"),
            ("executionWindow", window("23:00:00", "22:00:00"), "\(path).start: must be before \(path).end"),
            ("executionWindow", #"{"start":"2026-11-22T22:00:00Z"}"#, "\(path).end: is missing"),
            ("executionWindow", #"{"start":5,"end":"2026-11-22T22:00:00Z"}"#, "\(path).start: \(Self.utc)"),
            ("executionWindow", #"{"end":"2026-11-31T22:00:00Z"}"#, "\(path).end: \(Self.utc)"),
            ("executionWindow", #""now""#, "\(path): must be an object"), ("executionWindow", "null", nil),
        ])
    }

    @Test func aWebhookIsOnAnAllowedHost() throws {
        #expect(try PurgeRecords.faults([("webhookUrl", #""https://lifecycle.acme.com/x""#)]) == [])
        for url in ["http://lifecycle.acme.com/x", "https://elsewhere.example/x", "nonsense"] {
            let decoded = PurgeRecords.decode(
                PurgeRecords.record(data: try PurgeRecords.data([("webhookUrl", "\"\(url)\"")])))
            #expect(decoded.rejection?.reason.code == .webhookNotAllowed, "\(url)")
            #expect(decoded.rejection?.faults.map(\.path) == ["data.webhookUrl"], "\(url)")
        }
        try check([
            ("webhookUrl", "5", "data.webhookUrl: must be a non-empty string"),
            ("webhookUrl", #""""#, "data.webhookUrl: must be a non-empty string"),
        ])
    }

    @Test func whoAsksIsAText() throws {
        try check([
            ("requestedBy", "5", "data.requestedBy: must be a string"), ("requestedBy", #""""#, nil),
            ("requestedBy", "null", nil),
        ])
        #expect(try PurgeRecords.request(try PurgeRecords.data([("requestedBy", #""""#)]))?.requestedBy == nil)
    }
}
