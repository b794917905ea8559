/// The temporary external id of a migration's copy: derived from what the event names, so that the event done again finds
/// its copy by one look-up, and no POST is ever without an external id.
enum MigrationNames {
    private static let byExternalID = "contact-relay:migration:externalId:"
    private static let byID = "contact-relay:migration:id:"

    /// The copy's external id until the migration is over.
    static func copyExternalID(of change: ResourceChange) -> String {
        if let externalID = change.externalID { return byExternalID + externalID }
        return byID + (change.id ?? "")
    }
}
