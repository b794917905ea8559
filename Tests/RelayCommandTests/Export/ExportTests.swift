import CommandLineParsing
import JSON
import Sandbox
import Seams
import TestSupport
import Testing

@testable import RelayCommand

/// `export` from the command line down to HTTP.
@Suite(.timeLimit(.minutes(2))) struct ExportTests {
    /// The trap of the source guides: whoever takes the first page for all of it loses the rest.
    @Test func pagination() async throws {
        let bench = try await ExportBench(contacts: [1203, 2])
        #expect(await bench.export("contacts", "--organization", "org-1", "--page-size=50") == .success)
        #expect(bench.lines == bench.contacts())
        #expect(Set(bench.lines).count == 1203)
        #expect(bench.pagesAsked == (1...25).map(String.init))
        #expect(bench.said == "1203 contacts written, 25 pages\n")
    }

    @Test func aListingThatFillsItsLastPageNeedsNoFurtherOne() async throws {
        let bench = try await ExportBench(contacts: [10])
        #expect(await bench.export("contacts", "--organization-external-id", "o1", "--page-size", "5") == .success)
        #expect(bench.lines == bench.contacts())
        #expect(bench.pagesAsked == ["1", "2"])
    }

    @Test func organizationsAreExportedAsTheyCame() async throws {
        let bench = try await ExportBench(contacts: [0, 0, 0])
        #expect(await bench.export("organizations", "--page-size=2") == .success)
        #expect(bench.lines == bench.sandbox.organizations.map(\.text))
        #expect(bench.said == "3 organizations written, 2 pages\n")
    }

    @Test func contactsOfAllOrganizationsFollowEachOther() async throws {
        let bench = try await ExportBench(contacts: [3, 0, 4])
        #expect(await bench.export("contacts", "--all-organizations", "--page-size=2") == .success)
        #expect(bench.lines == bench.contacts(of: "org-1") + bench.contacts(of: "org-3"))
    }

    @Test func ofAllOrganizationsItSaysWhichWereNotBegun() async throws {
        let bench = try await ExportBench(contacts: [3, 3, 3, 3])
        bench.sandbox.faults.rules = [
            FaultRule(.error(status: 500, contentType: "text/html", body: ""), path: ExportBench.contactsPath, skip: 3)
        ]
        let code = await bench.export("contacts", "--all-organizations", "--page-size=2", "--retry-max-attempts=1")
        #expect(code == .unavailable)
        #expect(
            bench.said.hasSuffix(
                "; 5 contacts written; go on with --from-page 2 --page-size 2 --organization org-2; "
                    + "not begun after that one: 2 organizations\n"))
    }

    @Test(arguments: [
        FaultRule(
            .error(status: 503, contentType: "text/html", body: "<html>"), path: ExportBench.contactsPath, skip: 2,
            times: 2),
        FaultRule(
            .error(status: 200, contentType: "text/html", body: "<html>"), path: ExportBench.contactsPath, skip: 2,
            times: 1),
        FaultRule(.loseAnswer, path: ExportBench.contactsPath, skip: 2, times: 1),
        FaultRule(.close, path: ExportBench.contactsPath, skip: 2, times: 2),
    ])
    func aFaultOnTheThirdPageIsSurvived(_ rule: FaultRule) async throws {
        let bench = try await ExportBench(contacts: [23])
        bench.sandbox.faults.rules = [rule]
        #expect(await bench.export("contacts", "--organization=org-1", "--page-size=5") == .success)
        #expect(bench.lines == bench.contacts())
        #expect(bench.sandbox.faults.rules.isEmpty)
        #expect(bench.pagesAsked.filter { $0 == "3" }.count == 1 + (rule.times ?? 0))
    }

    @Test func anAnswerThatDoesNotComeInTimeIsAskedForAgain() async throws {
        let bench = try await ExportBench(contacts: [7])
        bench.sandbox.faults.rules = [FaultRule(.hang, path: ExportBench.contactsPath, skip: 1, times: 1)]
        // A pause makes other answers late too, that of the token among them.
        let code = await bench.export(
            "contacts", "--organization=org-1", "--page-size=5", "--genesys-request-timeout=200ms",
            "--retry-max-attempts=100")
        #expect(code == .success)
        #expect(bench.lines == bench.contacts())
    }

    @Test func aRateLimitHalfWayIsWaitedFor() async throws {
        let bench = try await ExportBench(contacts: [7])
        bench.sandbox.faults.rateWindow = .seconds(1)
        bench.sandbox.faults.requestsPerMinute = 60
        // Told of the limit, it would not come to a 429.
        bench.sandbox.faults.rateLimitHeaders = false
        // Three pages, should a pause between two of them outlast the window.
        let code = await bench.export(
            "contacts", "--organization=org-1", "--page-size=3", "--quota-share=1",
            "--genesys-requests-per-minute=60000")
        #expect(code == .success)
        #expect(bench.lines == bench.contacts())
        #expect(bench.sandbox.statistics.tooManyRequests > 0)
        #expect(bench.sandbox.statistics.callsIgnoringRetryAfter == 0)
    }

    @Test func aTokenThatExpiresHalfWayIsReplaced() async throws {
        let time = ManualTime()
        let bench = try await ExportBench(contacts: [23], time: time)
        let before = bench.sandbox.statistics.tokenRequests
        let code = await bench.export("contacts", "--organization=org-1", "--page-size=5") { number in
            if number == 2 { time.advance(by: .seconds(3601)) }
        }
        #expect(code == .success)
        #expect(bench.lines == bench.contacts())
        #expect(bench.sandbox.statistics.tokenRequests == before + 2)
        #expect(bench.sandbox.requests().map(\.status).filter { $0 == 401 }.count == 1)
    }

    @Test func whatEndsEarlySaysWhereToGoOnAndIsContinuedThere() async throws {
        let bench = try await ExportBench(contacts: [23])
        bench.sandbox.faults.rules = [
            FaultRule(.error(status: 503, contentType: "text/html", body: ""), path: ExportBench.contactsPath, skip: 2)
        ]
        let words = ["contacts", "--organization=org-1", "--page-size=5", "--output", bench.path]
        #expect(await bench.export(words + ["--retry-max-attempts=3"]) == .unavailable)
        let said = bench.said
        #expect(said.contains("did not give page 3 in 3 attempts (serverError of 'read contact' 503"))
        #expect(
            said.hasSuffix(
                "; 10 contacts written; go on with --from-page 3 --page-size 5 --organization org-1 --output \(bench.path)\n"
            ))
        #expect(bench.fileLines == Array(bench.contacts().prefix(10)))

        bench.sandbox.faults.rules = []
        // One page too early on purpose: what the file has is not written again.
        #expect(await bench.export(words + ["--from-page=2"]) == .success)
        #expect(bench.fileLines == bench.contacts())
        #expect(bench.said.hasSuffix("came a second time and passed over: 5 contacts\n"))
    }

    @Test func aFileIsNotContinuedBehindAHalfLine() async throws {
        let bench = try await ExportBench(contacts: [1])
        let torn = TemporaryFile("{\"id\":\"c-9\"}\n{\"id\":\"c")
        let code = await bench.export("contacts", "--organization=org-1", "--from-page=2", "--output", torn.path)
        #expect(code == .dataError)
        #expect(bench.said.contains("line 2 is no resource"))
    }

    @Test func aFileKeepsItsContentUntilThereIsSomethingElse() async throws {
        let bench = try await ExportBench(contacts: [1])
        let file = TemporaryFile("precious\n")
        #expect(
            await bench.export("contacts", "--organization=org-1", "--output", file.path, secret: "wrong")
                == .configuration)
        #expect(bench.said.contains("check genesys.clientId, genesys.clientSecret"))
        #expect(firstLine(of: file.path) == "precious")
        #expect(await bench.export("contacts", "--organization=org-1", "--output", file.path) == .success)
        #expect(firstLine(of: file.path) == bench.contacts().first)
    }

    @Test func aReaderThatGoesEndsItQuietly() async throws {
        let bench = try await ExportBench(contacts: [23])
        let code = await bench.export("contacts", "--organization=org-1", "--page-size=5") {
            number throws(WriteFailure) in
            if number == 2 { throw .nobodyReads }
        }
        #expect(code == .success)
        #expect(bench.lines.count == 5)
        #expect(bench.pagesAsked == ["1", "2"])
        #expect(bench.said == "")
    }

    @Test func aLicenceThatIsMissingIsAFaultOfTheSetUp() async throws {
        let bench = try await ExportBench(contacts: [1])
        bench.sandbox.faults.forbidden = true
        #expect(await bench.export("organizations") == .configuration)
        #expect(bench.said.contains("licence (CX 3 for External Contacts)"))
    }

    @Test func anAPIThatIsNotThereIsUnavailable() async throws {
        let bench = try await ExportBench(contacts: [])
        let code = await bench.export("organizations", "--retry-max-attempts=2", url: "http://127.0.0.1:1")
        #expect(code == .unavailable)
        #expect(bench.said.contains("check genesys.apiUrl"))
        #expect(bench.said.contains("tried 2 times; 0 organizations written\n"))
    }

    @Test(arguments: [
        "--organization=org-9", "--organization-external-id=nobody", "--organization=org-1 --page-size=9999",
    ])
    func whatTheAPIDoesNotKnowOrTakeIsBadData(_ words: String) async throws {
        let bench = try await ExportBench(contacts: [1])
        #expect(await bench.export(["contacts"] + words.split(separator: " ").map(String.init)) == .dataError)
        #expect(bench.said.hasSuffix("; 0 contacts written\n"))
    }

    @Test(arguments: [
        "", "contacts", "contacts --organization=a --all-organizations", "contacts --organization=",
        "contacts --all-organizations --from-page=2", "organizations --page-size=0", "organizations --from-page=0",
        "organizations --organization=a", "people",
    ])
    func aWrongCommandLineIsAFaultOfUsage(_ words: String) async {
        let console = CapturedConsole()
        let all = ["export"] + words.split(separator: " ").map(String.init)
        #expect(await Program.run(all, in: console.context()) == .usage)
        #expect(console.error.contains("Usage: contact-relay export"))
    }

    @Test func itsCommandsHaveHelpThatFitsATerminal() {
        for command in ExportCommand.members.map({ $0.declaration }) {
            let help = HelpText(of: [Program.declaration, ExportCommand.declaration, command]).text(width: 80)
            #expect(help.hasPrefix("Reads"))
            #expect(help.split(separator: "\n").filter { $0.count > 80 } == [])
            #expect(Set(command.options.map(\.name)).count == command.options.count)
        }
    }

    private func firstLine(of path: String) -> String? {
        guard var reader = try? LineReader(path), let line = try? reader.next() else { return nil }
        return String(decoding: line, as: UTF8.self)
    }
}
