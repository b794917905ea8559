import CommandLineParsing
import Configuration

/// What the `export` commands have in common.
enum ExportOptions {
    static let pageSize = Option(
        "page-size", "NUMBER", default: 100, help: "Records asked for at once.",
        rule: { $0 >= 1 ? nil : "must be 1 or more" })
    static let quotaShare = Option(
        "quota-share", "SHARE", default: 0.05,
        help: "What part of genesys.requestsPerMinute the export takes; 1 where no worker runs.",
        rule: { $0 > 0 && $0 <= 1 ? nil : "must be more than 0, and 1 at most" })
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

                An export knows nothing of the workers, nor they of it, so it takes a small part of the quota \
                (--quota-share). What it takes comes on top of what they take: where they use all of theirs, some of \
                their requests and its own are refused for a moment (429), and both slow down.

                Ends with exit code 69 when the API does not answer within retry.*, and tells from which page to go on.
                """,
            options: options + [
                pageSize.declaration, quotaShare.declaration, output.declaration, RelaySettings.configFile.declaration,
            ],
            optionGroups: [
                GenesysSettings.group.options, RetrySettings.group.options, OperationSettings.logGroup.options,
            ]
        )
    }
}
