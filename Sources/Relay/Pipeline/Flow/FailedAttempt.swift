import GenesysCloud
import Seams

/// An attempt at a change that the API did not let succeed.
struct FailedAttempt {
    var begin: Moment
    var end: Moment
    /// Nil where the API has judged the change by its content.
    var nature: FaultNature?
    /// The operation that alone is refused; nil where the fault concerns every operation alike.
    var refusedOperation: APIOperation?

    init(_ fault: GenesysError, from begin: Moment, to end: Moment) {
        self.begin = begin
        self.end = end
        nature = fault.nature
        refusedOperation = fault.refusedOperation
    }
}
