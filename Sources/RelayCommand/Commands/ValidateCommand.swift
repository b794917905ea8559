import CommandLineParsing

/// `validate`: events checked, no more.
enum ValidateCommand {
    static let json = Flag("json", help: "Print one JSON object per fault instead of text.")

    static let declaration = CommandDeclaration(
        name: "validate",
        abstract: "Checks events and prints file, line and what is wrong",
        discussion: "Ends with exit code 65 when an event is wrong.",
        arguments: [EventFiles.files],
        options: [json.declaration])
}
