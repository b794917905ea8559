import CommandLineParsing
import JSON
import TestSupport
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct PurgeShowTests {
    private let table = purgeTable(
        (
            "pr-1",
            ledgerValue(
                "pr-1",
                #""reason":{"code":"uncertainSubmission","message":"Jane's words","safeMessage":"no answer","httpStatus":502},"#
                    + #""requestedBy":"dpo@acme.example","#
                    + #""submission":{"resourceType":"conversation","filters":{"mediaTypes":["voice"]}},"#
                    + #""windowEnd":"2026-11-23T02:00:00.000Z","webhookUrl":"https://hooks.example/secret","#
                    + #""outcomes":{"accepted":1,"deferred":2},"#
                    + #""webhook":{"id":"w","url":"https://hooks.example/secret","body":"{}","state":"pending","since":"2026-11-22T10:00:00.000Z"}"#
            )
        ))

    private func show(_ id: String, asJSON: Bool = false, _ console: CapturedConsole) throws(CommandFailure) {
        try PurgeShowCommand.show(id, in: table, ledger: "purge-jobs", asJSON: asJSON, console.context())
    }

    @Test func allThatIsKnownIsShown() throws {
        let console = CapturedConsole()
        try show("pr-1", console)
        #expect(
            console.output == """
                request              pr-1
                state                held (deferred)
                why                  uncertainSubmission: no answer
                HTTP status          502
                resource type        conversation
                purge reason         RETENTION
                requested by         dpo@acme.example
                filters              {"mediaTypes":["voice"]}
                window closes        2026-11-23T02:00:00Z
                received             2026-11-22T10:00:00Z
                changed              2026-11-22T10:00:01Z
                submissions tried    1
                requests to the API  2
                outcomes             1 accepted, 2 deferred
                webhook              pending, since 2026-11-22T10:00:00Z
                record               purge-requests/1/7
                event                e-77
                event source         /dpo

                """)
        #expect(console.error.contains("contact-relay purge resolve pr-1 --submitted PURGE_ID"))
    }

    @Test func asJSONItHasTheNamesOfTheLedger() throws {
        let console = CapturedConsole()
        try show("pr-1", asJSON: true, console)
        let json = try JSONValue(parsing: console.output)
        #expect(json["held"]?.boolValue == true)
        #expect(json["reason"]?["message"]?.stringValue == "no answer")
        #expect(json["filters"]?["mediaTypes"]?.elements.count == 1)
        #expect(json["windowEnd"]?.stringValue == "2026-11-23T02:00:00.000Z")
        #expect(json["outcomes"]?["deferred"]?.intValue == 2)
        #expect(json["webhook"]?["state"]?.stringValue == "pending")
        #expect(json["record"]?["offset"]?.intValue == 7)
        #expect(json["event"]?["id"]?.stringValue == "e-77")
    }

    /// An address may hold a password, and the API's words a customer's name.
    @Test(arguments: [false, true]) func neitherAddressesNorTheAPIsWordsAreShown(_ asJSON: Bool) throws {
        let console = CapturedConsole()
        try show("pr-1", asJSON: asJSON, console)
        #expect(!console.output.contains("secret"))
        #expect(!console.output.contains("Jane"))
    }

    @Test func aRequestThatIsNotThereIsAnError() throws {
        let failure = thrownError(CommandFailure.self) { try show("pr-2", CapturedConsole()) }
        #expect(failure?.exitCode == .dataError)
        #expect(failure?.message == "purge-jobs has no purge 'pr-2'")
    }
}
