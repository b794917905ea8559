import GenesysCloud

/// What a run of a lane has learned about the API.
struct RunReport {
    var lane: LaneKey
    /// The circuit's, from before the run.
    var epoch: Int
    /// The operations that were carried out, or judged by their content.
    var answered: APIOperations
    /// What ended the run; nil where nothing of the API's did.
    var fault: GenesysError?
}

/// What is to be made of the fault of a run.
enum Ruling: Equatable {
    /// It is the change's own: an attempt.
    case own
    /// It is the change's own, though the circuit was open.
    case ownInOutage
    /// A read will tell.
    case pending(ReadVerdicts.Ticket)
    /// It is not the change's: nothing counts.
    case excused
}
