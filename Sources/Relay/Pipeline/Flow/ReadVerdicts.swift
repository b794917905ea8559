import GenesysCloud
import Seams

/// The harmless reads that tell a fault of the set-up from an event's own: which are wanted, and what they said.
struct ReadVerdicts {
    /// A place among those who wait for the same read.
    struct Ticket: Equatable {
        var type: ResourceType
        var round: Int
        /// The circuit's; in another one it is void.
        var epoch: Int
    }

    /// How long an answered read speaks for lanes that fail after it: a hundred of them need no hundred reads.
    static let memory = Duration.seconds(5)
    /// How far apart reads begin at least.
    static let distance = Duration.seconds(1)

    private struct Record {
        var round = 1
        var last: (isAnswered: Bool, at: Moment)?
        /// When those who ask for the next one because the API fails met the first failure.
        var failingSince: Moment?
    }

    private var contacts = Record()
    private var organizations = Record()
    private var wanted: [ResourceType] = []
    private var underWay: ResourceType?
    private var lastBegin: Moment?

    /// Asks for a read, or joins those who wait for it.
    ///
    /// - Parameter failingSince: When the asker met its first failure, where it asks because of failures.
    mutating func ask(_ type: ResourceType, epoch: Int, failingSince: Moment? = nil) -> Ticket {
        if let failingSince { self[type].failingSince = min(self[type].failingSince ?? failingSince, failingSince) }
        if underWay != type, !wanted.contains(type) { wanted.append(type) }
        return Ticket(type: type, round: self[type].round, epoch: epoch)
    }

    /// The next read, and the earliest moment for it; nil where none is wanted.
    var next: (type: ResourceType, from: Moment)? {
        guard let type = wanted.first else { return nil }
        return (type, lastBegin.map { $0 + Self.distance } ?? .start)
    }

    /// A read begins, wanted or not.
    mutating func began(_ type: ResourceType, at now: Moment) {
        wanted.removeAll { $0 == type }
        underWay = type
        lastBegin = now
    }

    /// The first failure of those who ask because of failures; nil where none does.
    func failingSince(_ type: ResourceType) -> Moment? { self[type].failingSince }

    /// It has ended.
    mutating func ended(_ type: ResourceType, isAnswered: Bool, at now: Moment) {
        underWay = nil
        self[type].last = (isAnswered, now)
        self[type].round += 1
        self[type].failingSince = nil
    }

    /// Whether a read of that type was answered a moment ago.
    func isAnswered(_ type: ResourceType, at now: Moment) -> Bool {
        guard let last = self[type].last else { return false }
        return last.isAnswered && now - last.at <= Self.memory
    }

    /// Whether the read of a ticket, or a later one, was answered; nil where it has not ended.
    func isAnswered(_ ticket: Ticket) -> Bool? {
        let record = self[ticket.type]
        return record.round > ticket.round ? record.last?.isAnswered : nil
    }

    /// Nobody waits any more.
    mutating func dismiss() {
        wanted = []
        contacts.failingSince = nil
        organizations.failingSince = nil
    }

    private subscript(type: ResourceType) -> Record {
        get {
            switch type {
            case .contact: contacts
            case .organization: organizations
            }
        }
        set {
            switch type {
            case .contact: contacts = newValue
            case .organization: organizations = newValue
            }
        }
    }
}
