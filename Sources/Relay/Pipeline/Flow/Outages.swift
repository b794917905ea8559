import GenesysCloud
import Seams

/// The times in which the API was away, from the first failure of each: what fails or waits in them is not the change's
/// own doing.
struct Outages {
    /// What an outage is about.
    enum Subject: Equatable {
        /// One operation is refused.
        case operation(APIOperation)
        /// Nothing can be done, whatever the fault looks like.
        case everything
    }

    private var whole = Intervals()
    private var ofEverything = Intervals()
    private var ofOperation: [APIOperation: Intervals] = [:]

    mutating func add(_ subject: Subject, from begin: Moment, to end: Moment) {
        whole.add(begin, end)
        switch subject {
        case .operation(let operation): ofOperation[operation, default: Intervals()].add(begin, end)
        case .everything: ofEverything.add(begin, end)
        }
    }

    /// As `add`, where no attempt is excused by it.
    mutating func addWaiting(from begin: Moment, to end: Moment) {
        whole.add(begin, end)
    }

    /// Whether the attempt failed by an outage, so that it does not count.
    func excuse(_ attempt: FailedAttempt) -> Bool {
        guard attempt.nature != nil else { return false }
        if ofEverything.touches(attempt.begin, attempt.end) { return true }
        guard let operation = attempt.refusedOperation else { return false }
        return ofOperation[operation]?.touches(attempt.begin, attempt.end) ?? false
    }

    /// How much of that time there was an outage.
    func time(from begin: Moment, to end: Moment) -> Duration {
        whole.length(from: begin, to: end)
    }
}
