/// The CloudEvents type of an outcome of `contact-changes`.
public enum OutcomeType: String, Sendable, CaseIterable {
    case contact = "contact.outcome"
    case organization = "organization.outcome"
    /// For a record in which no CloudEvent could be read.
    case record = "record.outcome"
}
