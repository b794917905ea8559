/// What an event says has become of a resource: the last segment of its type.
public enum ChangeVerb: String, Sendable, CaseIterable {
    case created
    case updated
    case upserted
    case deleted
    case migrated
}
