import CommandLineParsing
import Configuration
import Testing

@testable import RelayCommand

/// All commands that are declared.
private let declarations = [
    RunCommand.declaration, DemoCommand.declaration, SandboxCommand.declaration, EmitCommand.declaration,
    ValidateCommand.declaration, TopicsCommand.declaration, ExportCommand.declaration, AuditCommand.declaration,
    AuditPurgesCommand.declaration, HelpCommand.declaration,
]

@Suite(.timeLimit(.minutes(2))) struct ProgramTests {
    @Test func helpGoesToStandardOutputAndSucceeds() async {
        for words in [["--help"], ["-h"], ["help"], ["help", "help"], ["help", "--help"]] {
            let console = CapturedConsole()
            #expect(await Program.run(words, in: console.context()) == .success)
            #expect(console.output.contains("Usage: contact-relay"))
            #expect(console.error == "")
        }
    }

    @Test func aWrongCommandLineIsExplainedOnStandardError() async {
        let console = CapturedConsole()
        #expect(await console.run("hlep") == .usage)
        #expect(
            console.error == """
                error: unknown command 'hlep'; did you mean 'help'?
                Usage: contact-relay COMMAND
                See 'contact-relay --help'.

                """)
        #expect(console.output == "")
    }

    @Test func theCommandIsNamedWhoseLineIsWrong() async {
        let console = CapturedConsole()
        #expect(await console.run("help", "--nonsense") == .usage)
        #expect(console.error.contains("See 'contact-relay help --help'."))
    }

    @Test func noCommandIsAFaultOfUsage() async {
        let console = CapturedConsole()
        #expect(await console.run() == .usage)
        #expect(console.error.hasPrefix("error: a command is missing\nUsage: contact-relay COMMAND\n"))
    }

    @Test func helpAboutNothingIsAFaultOfUsage() async {
        let console = CapturedConsole()
        #expect(await console.run("help", "setings") == .usage)
        #expect(console.error.hasPrefix("error: there is no help about 'setings'; did you mean 'settings'?\n"))
    }

    @Test func versionsArePrinted() async {
        let console = CapturedConsole()
        #expect(await console.run("--version") == .success)
        let lines = console.output.split(separator: "\n")
        #expect(lines.first == "contact-relay \(Version.number)")
        for (line, name) in zip(lines.dropFirst(), ["librdkafka", "libcurl", "libmicrohttpd", "libyaml", "openssl"]) {
            #expect(line.wholeMatch(of: /([a-z]+) \d+\.\d+\.\d+/)?.1 == name[...])
        }
        #expect(lines.count == 6)
    }

    @Test func theNumbersOfTheExitCodesAreThoseOfSysexits() {
        #expect(
            [ExitCode.success, .usage, .dataError, .unavailable, .internalError, .configuration].map(\.rawValue)
                == [0, 64, 65, 69, 70, 78])
    }

    @Test(arguments: declarations.map(\.name))
    func everyCommandHasHelpThatFitsATerminal(_ name: String) throws {
        let command = try #require(declarations.first { $0.name == name })
        for width in [60, 80, 100] {
            let help = HelpText(of: [Program.declaration, command]).text(width: width)
            #expect(help.hasPrefix(command.abstract.split(separator: " ")[0]))
            #expect(help.contains("--help"))
            let tooLong = help.split(separator: "\n").filter { $0.count >= 120 || $0.count > max(width, 80) }
            #expect(tooLong == [])
        }
        #expect(!command.abstract.isEmpty && !command.abstract.hasSuffix("."))
        for option in command.options { #expect(option.help.hasSuffix("."), "\(option.name)") }
    }

    @Test(arguments: declarations.map(\.name))
    func noCommandHasTwoOptionsOfOneName(_ name: String) throws {
        let names = try #require(declarations.first { $0.name == name }).options.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func whatACommandThrowsBecomesWordsAndAnExitCode() {
        struct Surprise: Error {}
        let fault = ConfigurationFault(
            key: "pool.maxInFlight", source: .flag("pool-max-in-flight"), problem: "is wrong")
        let table: [(any Error, ExitCode, String)] = [
            (
                ConfigurationError(faults: [fault, fault]), .configuration,
                "error: --pool-max-in-flight: pool.maxInFlight is wrong\nerror: --pool-max-in-flight: pool.maxInFlight is wrong\n"
            ),
            (
                CommandFailure(exitCode: .unavailable, message: "no broker answers"), .unavailable,
                "error: no broker answers\n"
            ),
            (CommandFailure(exitCode: .dataError, message: "bad"), .dataError, "error: bad\n"),
            (Surprise(), .internalError, "error: Surprise()\nThis is a fault of contact-relay.\n"),
        ]
        for (error, code, words) in table {
            let console = CapturedConsole()
            #expect(Program.report(error, in: console.context()) == code)
            #expect(console.error == words)
        }
    }
}
