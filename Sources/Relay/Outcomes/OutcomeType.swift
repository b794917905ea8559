/// The CloudEvents type of an outcome.
public enum OutcomeType: String, Sendable, CaseIterable {
    case contact = "contact.outcome"
    case organization = "organization.outcome"
    case purge = "purge.outcome"
    /// For a record in which no CloudEvent could be read.
    case record = "record.outcome"
}
