import CommandLineParsing
import Testing

@Suite struct HelpTextTests {
    private let command = CommandDeclaration(
        name: "serve", abstract: "Serves what is asked for",
        discussion: "One paragraph that is long enough to need more than a single line of sixty columns.\n\nAnother.",
        arguments: [Argument("FILE", .oneOrMore, help: "What to serve.")],
        options: [
            Option("port", "PORT", default: 8081, help: "Port to listen on.").declaration,
            Flag("json", help: "Print JSON.").declaration,
        ],
        optionGroups: [
            OptionGroup(
                title: "More",
                options: [
                    OptionDeclaration(
                        name: "a-name-that-is-too-long-for-its-column", form: .flag(hasInversion: true),
                        help: "A meaning that goes below it and is itself long enough to be wrapped into lines.")
                ])
        ])

    @Test func theWholeHelpReadsAsExpected() {
        #expect(
            HelpText(of: [CommandDeclaration(name: "tool", abstract: "A tool"), command]).text(width: 60) == """
                Serves what is asked for.

                Usage: tool serve [OPTION…] FILE…

                One paragraph that is long enough to need more than a single
                line of sixty columns.

                Another.

                Arguments:
                  FILE  What to serve.

                Options:
                  --port PORT  Port to listen on. [8081]
                  --json       Print JSON.
                  -h, --help   Show this help.

                More:
                  --[no-]a-name-that-is-too-long-for-its-column
                                              A meaning that goes below it
                                              and is itself long enough to
                                              be wrapped into lines.

                """)
    }

    @Test func aProgramListsItsCommands() {
        let tool = CommandDeclaration(name: "tool", abstract: "A tool", subcommands: [command])
        #expect(
            HelpText(of: [tool]).text(width: 60) == """
                A tool.

                Usage: tool COMMAND

                Commands:
                  serve  Serves what is asked for

                Options:
                  -h, --help  Show this help.

                """)
    }
}
