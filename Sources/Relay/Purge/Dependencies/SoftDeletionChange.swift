/// What a record of `record-states` says.
enum SoftDeletionChange: Equatable {
    case softDeleted(type: String, id: String)
    /// It is not soft-deleted, or no longer.
    case restored(type: String, id: String)
}
