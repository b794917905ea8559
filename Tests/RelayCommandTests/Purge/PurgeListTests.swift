import CommandLineParsing
import JSON
import KafkaClient
import TestSupport
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct PurgeListTests {
    private static let uncertain = #""reason":{"code":"uncertainSubmission","message":"no answer"}"#

    private let table = purgeTable(
        ("pr-1", ledgerValue("pr-1", uncertain)),
        (
            "pr-2",
            ledgerValue(
                "pr-2", #""reason":{"code":"quotaExhausted","message":"none"},"retryAt":"2026-11-22T10:15:00.000Z""#,
                phase: "waiting")
        ),
        ("pr-3", ledgerValue("pr-3", #""purgeId":"p-9","recordsPurged":12"#, phase: "ended", status: "completed")))

    @Test func theTableHasALineForEachJob() {
        let console = CapturedConsole()
        PurgeListCommand.show(table, nil, inJSON: false, in: console.context())
        #expect(
            console.output == """
                REQUEST  STATE      WHY                  PURGE  TYPE          SINCE                 GOES ON
                pr-1     held       uncertainSubmission  -      conversation  2026-11-22T10:00:01Z  -
                pr-2     deferred   quotaExhausted       -      conversation  2026-11-22T10:00:01Z  2026-11-22T10:15:00Z
                pr-3     completed  -                    p-9    conversation  2026-11-22T10:00:01Z  -

                """)
        #expect(
            console.error == """
                1 purge is held: nobody knows whether Genesys Cloud took it. Look there, then say so:
                  contact-relay purge resolve pr-1 --submitted PURGE_ID | --resubmit | --abandon

                """)
    }

    @Test(arguments: [
        (PurgeSelection.held, ["pr-1"]), (.deferred, ["pr-1", "pr-2"]), (.open, ["pr-1", "pr-2"]),
        (.completed, ["pr-3"]), (.running, []),
    ])
    func aStateSelects(_ selection: PurgeSelection, _ expected: [String]) throws {
        let console = CapturedConsole()
        PurgeListCommand.show(table, selection, inJSON: true, in: console.context())
        let json = try JSONValue(parsing: console.output)
        #expect(json["purges"]?.elements.map { $0["requestId"]?.stringValue } == expected)
    }

    @Test func withoutHeldJobsNothingIsToBeDone() {
        let console = CapturedConsole()
        PurgeListCommand.show(table, .completed, inJSON: false, in: console.context())
        #expect(console.error == "")
    }

    @Test func recordsThatCannotBeReadAreSaidToBeThere() {
        let console = CapturedConsole()
        PurgeListCommand.show(purgeTable(("a", [1])), nil, inJSON: false, in: console.context())
        #expect(console.error == "warning: the ledger has 1 record that cannot be read\n")
    }

    @Test func theListAsJSONHasWhatTheTableHas() throws {
        let console = CapturedConsole()
        PurgeListCommand.show(table, .held, inJSON: true, in: console.context())
        #expect(
            console.output == #"{"purges":[{"requestId":"pr-1","status":"deferred","held":true,"#
                + #""reason":{"code":"uncertainSubmission","message":"no answer"},"resourceType":"conversation","#
                + #""updatedAt":"2026-11-22T10:00:01.500Z"}]}"# + "\n")
    }

    @Test func aNameThatIsNoPlainWordIsQuotedAndCannotSteerATerminal() {
        let table = purgeTable(("k", ledgerValue(#"it's\u001b[2J"#, Self.uncertain)))
        let console = CapturedConsole()
        PurgeListCommand.show(table, nil, inJSON: false, in: console.context())
        #expect(!(console.output + console.error).contains("\u{1B}"))
        #expect(console.error.contains("purge resolve 'it'\\''s\u{FFFD}[2J' --submitted"))
    }

    @Test func anUnknownStateIsRefused() async {
        let console = CapturedConsole()
        #expect(await console.run("purge", "list", "--state", "hold") == .usage)
        #expect(console.error.contains("must be one of accepted, deferred, held,"))
    }

    @Test func aLedgerThatIsNotThereIsNamed() async throws {
        let cluster = try EmbeddedCluster()
        let console = CapturedConsole()
        let code = await console.run("purge", "list", "--kafka-bootstrap-servers", cluster.bootstrapServers)
        #expect(code == .unavailable)
        #expect(
            console.error == "error: the topic purge-jobs (topics.purgeJobs) does not exist; "
                + "'contact-relay topics --create' creates it\n")
        await cluster.close()
    }
}
