import CommandLineParsing

/// `audit`: proofs of what the relay did.
enum AuditCommand: CommandGroup {
    static let members: [any Subcommand.Type] = [AuditPurgesCommand.self]

    static let declaration = CommandDeclaration(
        name: "audit",
        abstract: "Checks what the relay has written down about its work",
        subcommands: members.map { $0.declaration })
}
