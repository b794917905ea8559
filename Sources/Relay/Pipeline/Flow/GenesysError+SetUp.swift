public import GenesysCloud
import Seams

extension GenesysError {
    /// What the operator must look at, in one sentence that is safe to log; only for faults of the set-up
    /// (`credentialsRefused`, `forbidden`, `unreachable`).
    public var setUpSentence: String {
        switch kind {
        case .credentialsRefused:
            "Genesys Cloud refuses the credentials (\(self)): check genesys.clientId, genesys.clientSecret and genesys.authUrl"
        case .forbidden:
            "Genesys Cloud forbids the call (\(self)): check the OAuth client's scopes, its role's permissions and the licence (CX 3 for External Contacts)"
        default:
            "Genesys Cloud cannot be reached (\(self)): check genesys.apiUrl, genesys.authUrl and the network"
        }
    }

    /// Why the intake is paused, in one sentence that is safe to log.
    func outageSentence(at now: Moment, wallTime: WallTime) -> String {
        switch nature {
        case .setUp, nil: setUpSentence
        case .failure: "Genesys Cloud fails or does not answer in time (\(self)): nothing is taken until it does"
        case .deferral:
            if let retryAt {
                "Genesys Cloud wants no requests until \(wallTime + max(.zero, retryAt - now)) (\(self))"
            } else {
                "Genesys Cloud wants no requests for a while (\(self))"
            }
        }
    }
}
