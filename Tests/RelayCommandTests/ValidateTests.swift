import CommandLineParsing
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(2))) struct ValidateTests {
    @Test func goodEventsAreCountedAndNothingIsPrinted() async {
        let file = TemporaryFile(upsert("a") + "\r\n\n  \n" + upsert("b"))
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .success)
        #expect(console.output == "")
        #expect(console.error == "2 events checked: all are good\n")
    }

    @Test func everyFaultNamesItsFileAndLine() async {
        let file = TemporaryFile(
            upsert("a") + "\n\n" + event("contact.created", #"{"contact":{"emails":1}}"#) + "\n"
                + event("contact.renamed", "{}") + "\n")
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .dataError)
        #expect(
            console.output == """
                \(file.path):3: data.externalId: is missing
                \(file.path):3: data.organization: is missing
                \(file.path):3: data.contact.emails: must be an array or null
                \(file.path):4: type: is not one of this topic's types

                """)
        #expect(console.error == "3 events checked: 2 are wrong\n")
    }

    @Test func eventsOfAllTopicsAreTaken() async {
        let file = TemporaryFile([purge("pr-1"), upsert("a"), softDeleted("m")].joined(separator: "\n"))
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .success)
        #expect(console.output == "")
        #expect(console.error == "3 events checked: all are good\n")
    }

    @Test func aPurgesFaultsAreNamedTogether() async {
        let file = TemporaryFile(
            purge("", #","webhookUrl":"https://hooks.example/x","executionWindow":{"end":"2020-02-30T00:00:00Z"}"#)
                + "\n"
                + event("record.restored", #"{"resourceType":"media"}"#))
        let console = CapturedConsole()
        #expect(await console.run("validate", "--json", file.path) == .dataError)
        #expect(console.output.split(separator: "\n").count == 4)
        #expect(console.output.contains(#""code":"webhookNotAllowed","path":"data.webhookUrl""#))
        let text = CapturedConsole()
        #expect(await text.run("validate", file.path) == .dataError)
        #expect(text.output.contains("\(file.path):1: data.requestId: must be a non-empty string\n"))
        #expect(text.output.contains("\(file.path):1: data.executionWindow.end: must be a time in UTC"))
        #expect(text.output.contains("\(file.path):1: data.webhookUrl: "))
        #expect(text.output.contains("\(file.path):2: data.id: is missing\n"))
    }

    /// It reads settings, since they say which purges are allowed.
    @Test func wrongSettingsAreRefused() async {
        let settings = TemporaryFile("nonsense: 1\n")
        let file = TemporaryFile(upsert("a"))
        let console = CapturedConsole()
        #expect(await console.run("validate", "--config", settings.path, file.path) == .configuration)
        #expect(console.error.contains("nonsense"))
    }

    @Test func whatIsNoJSONHasAColumn() async {
        let file = TemporaryFile("{\"é\":}\n")
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .dataError)
        #expect(console.output == "\(file.path):1:6: not JSON: a value is expected (byte 6)\n")
    }

    @Test func faultsComeAsJSONObjectsOnRequest() async {
        let file = TemporaryFile("{]\n" + event("contact.deleted", "{}"))
        let console = CapturedConsole()
        #expect(await console.run("validate", "--json", file.path) == .dataError)
        let lines = console.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.last
                == "{\"file\":\"\(file.path)\",\"line\":2,\"severity\":\"error\",\"code\":\"invalidData\",\"path\":\"data\",\"problem\":\"must have externalId or id\"}"
        )
        #expect(lines.first?.hasSuffix(#""column":2,"byte":1}"#) == true)
    }

    @Test func aFileThatCannotBeReadDoesNotKeepTheOthersFromBeingChecked() async {
        let file = TemporaryFile(event("contact.deleted", "{}"))
        let console = CapturedConsole()
        #expect(await console.run("validate", "/nowhere/at/all", "/tmp", file.path) == .unavailable)
        #expect(
            console.error == """
                error: cannot read /nowhere/at/all: No such file or directory
                error: cannot read /tmp: Is a directory
                1 event checked: 1 is wrong, 2 files not readable

                """)
    }

    /// The API refuses these, whatever it holds.
    @Test(arguments: [
        ("contact.created", #"{"lastName":""}"#, "data.contact: must have firstName or lastName"),
        (
            "contact.upserted", #"{"firstName":null,"lastName":""}"#, "data.contact: must have firstName or lastName"
        ),
        (
            "contact.updated", #"{"emails":[{"email":"a@b","primary":true},{"email":"c@d","primary":true}]}"#,
            "data.contact.emails[1].primary: is true for more than one entry"
        ),
        (
            "contact.upserted", #"{"phones":[{"number":"1","primary":true},{"number":"2","primary":true}]}"#,
            "data.contact.phones[1].primary: is true for more than one entry"
        ),
        ("organization.created", #"{"metadata":{}}"#, "data.organization.name: must be a non-empty string"),
        ("organization.upserted", #"{"name":null}"#, "data.organization.name: must be a non-empty string"),
    ])
    func whatTheAPIWouldSurelyRefuseIsWrong(_ type: String, _ patch: String, _ problem: String) async {
        let data =
            type.hasPrefix("contact")
            ? #"{"externalId":"a","organization":{"id":"o"},"contact":\#(patch)}"#
            : #"{"externalId":"a","organization":\#(patch)}"#
        let file = TemporaryFile(event(type, data))
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .dataError)
        #expect(console.output == "\(file.path):1: \(problem)\n")
    }

    /// A patch leaves alone what it does not name.
    @Test(arguments: [
        ("contact.upserted", #"{"firstName":null}"#), ("contact.updated", #"{"lastName":""}"#),
        ("contact.updated", #"{"emails":[{"email":"a@b","primary":true},{"email":"c@d","primary":false}]}"#),
    ])
    func whatTheAPIMayTakeIsGood(_ type: String, _ patch: String) async {
        let file = TemporaryFile(event(type, #"{"externalId":"a","contact":\#(patch)}"#))
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .success)
        #expect(console.output == "")
    }

    @Test func whatTheAPIMayRefuseIsAWarning() async {
        let file = TemporaryFile(
            event(
                "contact.updated",
                #"{"externalId":"a","contact":{"emails":[{"email":"ab","type":"office"}],"phones":[{"number":"1","type":"fax"}]}}"#
            ))
        let console = CapturedConsole()
        #expect(await console.run("validate", file.path) == .success)
        #expect(
            console.output == """
                \(file.path):1: warning: data.contact.emails[0].type: is not one of work, personal, home, other
                \(file.path):1: warning: data.contact.emails[0].email: does not look like an e-mail address

                """)
        #expect(console.error == "1 event checked: all are good, 2 warnings\n")
    }
}
