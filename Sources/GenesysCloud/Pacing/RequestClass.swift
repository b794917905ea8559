/// Who goes first where calls wait for their place within the quota. A token's request is in no class: it goes to
/// another endpoint, with a limit of its own, and waits for none of these.
public enum RequestClass: Int, Sendable, CaseIterable, CustomStringConvertible {
    /// Purge submissions, quota checks, and the read that tries whether the API answers again.
    case urgent
    /// Questions after running purge jobs: at most a tenth of the share, however many jobs there are.
    case poll
    /// Changes as they come.
    case live
    /// Replays and exports: last, with a small share that is theirs whatever else waits.
    case background

    public var description: String {
        switch self {
        case .urgent: "urgent"
        case .poll: "poll"
        case .live: "live"
        case .background: "background"
        }
    }
}

extension APICall {
    /// Which class the call waits in.
    ///
    /// - Parameter usual: That of calls about contacts and organizations.
    func requestClass(usual: RequestClass) -> RequestClass {
        switch self {
        case .purgeQuota, .submitPurge: .urgent
        case .purgeJob: .poll
        case .find, .get, .create, .replace, .delete, .page: usual
        }
    }
}
