import GenesysCloud

/// What an error of the API says about the API, as the circuit sees it.
enum FaultNature {
    /// Credentials, permissions or the network: mostly of every event alike, at times of one alone.
    case setUp
    /// A failure that may pass: of one event alone, or of an outage where many meet it.
    case failure
    /// The API wants no requests for a while.
    case deferral
}

extension GenesysError {
    /// Nil for an answer: the API did what was asked, or judged it by its content.
    var nature: FaultNature? {
        switch kind {
        case .credentialsRefused, .forbidden, .unreachable: .setUp
        case .serverError, .timedOut, .connectionLost: .failure
        case .rateLimited: .deferral
        case .notFound, .conflict, .invalidRequest, .cancelled, .withdrawn: nil
        }
    }

    /// The operation that alone is refused; nil for faults that concern every operation alike.
    var refusedOperation: APIOperation? { kind == .forbidden ? operation : nil }

    /// Whether the API was there and took the credentials, whatever it said then.
    var showsAccess: Bool {
        switch kind {
        case .forbidden, .notFound, .conflict, .invalidRequest: true
        case .serverError, .timedOut: status != nil
        case .credentialsRefused, .unreachable, .connectionLost, .rateLimited, .cancelled, .withdrawn: false
        }
    }

    /// What is read to find out whether the set-up is at fault.
    var probedType: ResourceType { operation?.resourceType ?? .contact }
}
