import CommandLineParsing

/// `export`: what Genesys Cloud holds, as JSON Lines.
enum ExportCommand: CommandGroup {
    static let members: [any Subcommand.Type] = [ExportContactsCommand.self, ExportOrganizationsCommand.self]

    static let declaration = CommandDeclaration(
        name: "export",
        abstract: "Reads all contacts or organizations from Genesys Cloud into JSON Lines",
        subcommands: members.map { $0.declaration })
}

/// `export organizations`.
enum ExportOrganizationsCommand: Subcommand {
    static let declaration = ExportOptions.declaration(
        name: "organizations", abstract: "Reads all organizations", options: [ExportOptions.fromPage.declaration])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        try await ExportRun.run(arguments, in: context, noun: "organization", from: arguments[ExportOptions.fromPage]) {
            run async throws(Exporter.Stop) in
            try await run.export(.organizations)
        }
    }
}

/// `export contacts`.
enum ExportContactsCommand: Subcommand {
    static let organization = Option<String?>(
        "organization", "ID", help: "Contacts of the organization with this Genesys id.",
        rule: { $0.isEmpty ? "must not be empty" : nil })
    static let organizationExternalID = Option<String?>(
        "organization-external-id", "ID", help: "Contacts of the organization with this external id.",
        rule: { $0.isEmpty ? "must not be empty" : nil })
    static let allOrganizations = Flag(
        "all-organizations", help: "Contacts of every organization, one organization after another.")

    static let declaration = ExportOptions.declaration(
        name: "contacts", abstract: "Reads the contacts of an organization, or of all of them",
        options: [
            organization.declaration, organizationExternalID.declaration, allOrganizations.declaration,
            ExportOptions.fromPage.declaration,
        ])

    static func run(_ arguments: ParsedArguments, in context: CommandContext) async throws -> ExitCode {
        let id = arguments[organization]
        let externalID = arguments[organizationExternalID]
        let isOfAll = arguments[allOrganizations]
        guard [id != nil, externalID != nil, isOfAll].filter({ $0 }).count == 1 else {
            throw usage("one of --organization, --organization-external-id and --all-organizations must be given")
        }
        let fromPage = arguments[ExportOptions.fromPage]
        guard !isOfAll || fromPage == 1 else { throw usage("--from-page belongs to one organization") }
        return try await ExportRun.run(arguments, in: context, noun: "contact", from: fromPage) {
            run async throws(Exporter.Stop) in
            if let id {
                try await run.export(.contacts(organizationID: id))
            } else if let externalID {
                try await run.exportContacts(organizationExternalID: externalID)
            } else {
                try await run.exportContactsOfAllOrganizations()
            }
        }
    }

    private static func usage(_ message: String) -> UsageError {
        UsageError(message, path: [Program.declaration.name, ExportCommand.declaration.name, declaration.name])
    }
}
