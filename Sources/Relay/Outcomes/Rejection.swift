/// What is wrong with an event: every fault, not only the first.
public struct Rejection: Error, Sendable, Equatable {
    /// One fault.
    public struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// What it says about the event as a whole, if nothing weighs more.
        public var code: ReasonCode
        /// The attribute or member at fault, as in `data.contact.emails[0].email`; empty for the record as a whole.
        public var path: String
        /// What is wrong with it, without quoting it.
        public var problem: String

        /// Makes a fault.
        public init(_ code: ReasonCode, at path: String, _ problem: String) {
            self.code = code
            self.path = path
            self.problem = problem
        }

        public var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
    }

    /// All of them, at least one, in the order in which they were found.
    public let faults: [Fault]
    /// The outcome's reason: the code that weighs most (`malformedEvent`, then `unsupportedType`, then the first
    /// fault's), and all faults in one message, as far as they fit.
    public let reason: Reason

    /// Makes a rejection of at least one fault.
    public init(_ faults: [Fault]) {
        precondition(!faults.isEmpty, "Rejection: a rejection without a fault")
        self.faults = faults
        let codes = faults.map(\.code)
        let heaviest = [ReasonCode.malformedEvent, .unsupportedType].first(where: codes.contains) ?? codes[0]
        reason = Reason(heaviest, Self.message(of: faults))
    }

    /// The faults one after another; those that do not fit are counted.
    private static func message(of faults: [Fault]) -> String {
        let room = Reason.messageLimit - 32
        var text = ""
        for (index, fault) in faults.enumerated() {
            let next = index == 0 ? fault.description : "; \(fault.description)"
            guard index == 0 || text.utf8.count + next.utf8.count <= room else {
                return text + "; and \(faults.count - index) more"
            }
            text += next
        }
        return text
    }
}
