import CommandLineParsing
import Configuration

/// What the `export` commands have in common.
enum ExportOptions {
    static let pageSize = Option(
        "page-size", "NUMBER", default: 100, help: "Records asked for at once.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let output = Option<String?>(
        "output", "FILE", help: "File to write to; standard output if not given.",
        rule: { $0.isEmpty ? "must not be empty" : nil })
    static let fromPage = Option(
        "from-page", "NUMBER", default: 1,
        help: "Page to begin with, as an export that ended early names it; above 1, FILE is continued.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })

    static func declaration(name: String, abstract: String, options: [OptionDeclaration]) -> CommandDeclaration {
        CommandDeclaration(
            name: name, abstract: abstract,
            discussion: """
                Each record is one line of JSON, as the API sent it. No record is written twice, also where FILE is \
                continued. The API lists by page number: what is deleted by others while the export runs moves all \
                that follows one place forward, so that a record can slip from a page yet to be read into one that was \
                read; export at a quiet time where each must be there.

                Ends with exit code 69 when the API does not answer within retry.*, and tells from which page to go on.
                """,
            options: options + [
                pageSize.declaration, output.declaration, RelaySettings.configFile.declaration,
            ],
            optionGroups: [
                GenesysSettings.group.options, RetrySettings.group.options, OperationSettings.logGroup.options,
            ]
        )
    }
}
