import GenesysCloud

/// Why an applier stops with a change: an answer of the API, or a rule of ours.
enum ApplyFault: Error {
    /// The API did not do what was asked.
    case api(GenesysError)
    /// The event can never succeed.
    case rejected(Reason)
    /// The organization with this external id is not there yet.
    case organizationMissing(String)
    /// The task was cancelled while it waited for something of ours.
    case cancelled

    /// What becomes of the change: it is settled as rejected, or it is interrupted.
    enum Consequence {
        case rejected(Reason)
        case interrupted(Interruption)
    }

    /// Judges the fault, once for all verbs.
    var consequence: Consequence {
        switch self {
        case .rejected(let reason):
            .rejected(reason)
        case .organizationMissing(let externalID):
            .interrupted(
                .wait(
                    Reason(.organizationNotFound, "no organization has the external id that the event names"),
                    organization: externalID))
        case .cancelled:
            .interrupted(.cancelled)
        case .api(let error):
            switch error.kind {
            case .credentialsRefused, .forbidden, .unreachable, .rateLimited, .serverError, .timedOut, .connectionLost,
                .notFound:
                .interrupted(.fault(error))
            case .conflict, .invalidRequest: .rejected(Reason(error))
            case .cancelled, .withdrawn: .interrupted(.cancelled)
            }
        }
    }
}

extension Reason {
    /// The reason that an outcome gives for an error of the API.
    init(_ error: GenesysError) {
        let code: ReasonCode =
            switch error.kind {
            case .credentialsRefused, .forbidden: .forbidden
            case .unreachable, .connectionLost: .connectionLost
            case .rateLimited: .rateLimited
            case .notFound: .notFound
            case .conflict: .conflict
            case .invalidRequest: .invalidRequest
            case .serverError, .cancelled, .withdrawn: .serverError
            case .timedOut: .timeout
            }
        self.init(code, error)
    }
}
