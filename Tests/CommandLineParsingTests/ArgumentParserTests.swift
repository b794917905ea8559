import CommandLineParsing
import TestSupport
import Testing

private let port = Option("port", "PORT", default: 8081, help: "Port.", rule: { $0 > 0 ? nil : "must be above 0" })
private let wait = Option("wait", "DURATION", default: Duration.seconds(30), help: "Wait.")
private let name = Option<String?>("name", "NAME", help: "Name.")
private let json = Flag("json", letter: "j", help: "JSON.")
private let file = Argument("FILE", .oneOrMore, help: "File.")
private let marks = OptionDeclaration(name: "marks", form: .flag(hasInversion: true), help: "Marks.")

private let program = CommandDeclaration(
    name: "tool", abstract: "A tool",
    subcommands: [
        CommandDeclaration(
            name: "serve", abstract: "Serves",
            options: [port.declaration, wait.declaration, name.declaration, json.declaration, marks]),
        CommandDeclaration(name: "read", abstract: "Reads", arguments: [file], options: [json.declaration]),
        CommandDeclaration(
            name: "queue", abstract: "Queues",
            subcommands: [CommandDeclaration(name: "list", abstract: "Lists", options: [json.declaration])]),
    ])

private func parse(_ words: String...) throws -> ParsedArguments {
    try ArgumentParser(program).parse(words)
}

private func problem(_ words: String...) -> String? {
    do {
        _ = try ArgumentParser(program).parse(words)
        return nil
    } catch {
        return error.message
    }
}

@Suite struct ArgumentParserTests {
    @Test func valuesAreTakenFromTheNextWordOrAfterAnEqualsSign() throws {
        #expect(try parse("serve", "--port", "9")[port] == 9)
        #expect(try parse("serve", "--port=9")[port] == 9)
        #expect(try parse("serve", "--name=a=b")[name] == "a=b")
        #expect(try parse("serve", "--name=")[name] == "")
        #expect(try parse("serve", "--name", "-")[name] == "-")
        #expect(try parse("serve", "--wait", "1500ms")[wait] == .milliseconds(1500))
    }

    @Test func whatIsNotGivenHasItsDefault() throws {
        let parsed = try parse("serve")
        #expect(parsed[port] == 8081)
        #expect(parsed[wait] == .seconds(30))
        #expect(parsed[name] == nil)
        #expect(!parsed[json])
        #expect(parsed.text(of: "marks") == nil)
    }

    @Test func theLastOfTwoValuesCounts() throws {
        #expect(try parse("serve", "--port", "1", "--port=2")[port] == 2)
    }

    @Test func flagsCanBeTurnedRoundWhereTheySaySo() throws {
        #expect(try parse("serve", "--marks").text(of: "marks") == "true")
        #expect(try parse("serve", "--no-marks").text(of: "marks") == "false")
        #expect(try parse("serve", "--marks=false").text(of: "marks") == "false")
        #expect(problem("serve", "--no-json") == "unknown option '--no-json'")
        #expect(problem("serve", "--json=true") == "option '--json' takes no value")
        #expect(problem("serve", "--marks=maybe") == "option '--marks' takes no value but true or false")
    }

    @Test func lettersStandForTheirOptions() throws {
        #expect(try parse("serve", "-j")[json])
        #expect(try parse("serve", "-h").asksForHelp)
        #expect(problem("serve", "-x") == "unknown option '-x'")
    }

    @Test func twoDashesEndTheOptions() throws {
        #expect(try parse("read", "--", "--json", "-j")[file] == ["--json", "-j"])
        #expect(try parse("read", "a", "--json", "-")[file] == ["a", "-"])
    }

    @Test func subcommandsAreFoundAtAnyDepth() throws {
        #expect(try parse("queue", "list", "--json").path == ["queue", "list"])
        #expect(problem("queue", "lst") == "unknown command 'lst'; did you mean 'list'?")
        #expect(problem("sever") == "unknown command 'sever'; did you mean 'serve'?")
        #expect(problem("entirely-other") == "unknown command 'entirely-other'")
    }

    @Test func helpGoesBeforeWhatFollowsAndWhatIsMissing() throws {
        #expect(try parse("read", "--help", "--nonsense").asksForHelp)
        #expect(try parse("--help").path == [])
        #expect(try parse("queue", "list", "-h").path == ["queue", "list"])
    }

    @Test(arguments: [
        (["serve", "--prot", "1"], "unknown option '--prot'; did you mean '--port'?"),
        (["serve", "--port"], "option '--port' needs a value: --port PORT"),
        (["serve", "--port", "--json"], "option '--port' needs a value: --port PORT"),
        (["serve", "--port", "many"], "option '--port' must be a whole number"),
        (["serve", "--port", "-1"], "option '--port' must be above 0"),
        (["serve", "--wait", "30"], "option '--wait' must be a duration such as 500ms, 30s, 15m, 24h or 90d"),
        (["serve", "surplus"], "unexpected argument 'surplus'"),
        (["read"], "FILE is missing"),
        (["serve", "--\u{1B}[31m"], "unknown option '--\u{FFFD}[31m'"),
    ])
    func wrongLinesAreRefusedWithTheRemedy(_ words: [String], _ message: String) {
        let error = thrownError(UsageError.self) { try ArgumentParser(program).parse(words) }
        #expect(error?.message == message)
        #expect(error?.path == ["tool", words[0]])
    }
}
