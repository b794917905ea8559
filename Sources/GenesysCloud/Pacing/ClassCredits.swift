/// What is guaranteed to the classes while others wait, counted in permits, so that it holds whether the rate or the
/// places on the wire are scarce. Pure.
struct ClassCredits: Sendable {
    /// Thousandths of a permit.
    private static let one = 1000
    /// Of each permit, to background calls that wait.
    private static let backgroundPart = 50
    /// To polls that wait.
    private static let pollPart = 100
    /// To urgent ones, however small their share is.
    private static let leastUrgentPart = 50
    /// And however great: a process that has partitions of purges only still takes changes over.
    private static let mostUrgentPart = 500
    /// What urgent calls may have in hand: so many go before all others at once.
    private static let mostUrgent = 10 * one

    private var urgentPart = leastUrgentPart
    private var urgent = mostUrgent
    private var background = 0
    private var poll = one

    var urgentMayGo: Bool { urgent >= Self.one }
    var backgroundMustGo: Bool { background >= Self.one }
    /// Before live calls; where there is a rate, it limits them as much.
    var pollMayGo: Bool { poll >= Self.one }

    mutating func set(_ share: RequestShare) {
        let part = share.sum > 0 ? Int(share.purges / share.sum * Double(Self.one)) : 0
        urgentPart = min(max(part, Self.leastUrgentPart), Self.mostUrgentPart)
    }

    /// A permit was given to that class.
    mutating func granted(_ requestClass: RequestClass, backgroundWaits: Bool) {
        poll = min(poll + Self.pollPart, Self.one + Self.pollPart)
        urgent = min(urgent + urgentPart, Self.mostUrgent)
        if backgroundWaits { background = min(background + Self.backgroundPart, Self.one + Self.backgroundPart) }
        switch requestClass {
        // Who went beyond the credit went because nobody else waited, and owes nothing for that.
        case .urgent: urgent = max(0, urgent - Self.one)
        case .background: background = max(0, background - Self.one)
        case .poll: poll = max(0, poll - Self.one)
        case .live: break
        }
    }
}
