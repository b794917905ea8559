import Seams

/// What is promised of the quota: all replicas together stay within it, and none calls while it has been told to wait.
extension Checks {
    /// What the checks keep in mind of the calls.
    struct QuotaSight {
        /// Calls a minute of the whole group; nil where there is no such bound to check.
        var limit: Int?
        /// What might be sent at once now by the rate of the whole group, at the moment below.
        var saved = 0.0
        var savedAt = Moment.start
        var told: [String: (at: Moment, until: Moment)] = [:]
    }

    /// Each replica's part is rounded to whole calls, and there are at most so many replicas.
    private static let rounding = 4.0
    /// So long a replica may take from the arrival of an answer to the closing of its gate: other tasks have their turn.
    private static let reaction = Duration.milliseconds(100)

    /// A request to the API, not to the token endpoint, goes out.
    func requests(_ process: SimulatedProcess) {
        let now = scheduler.now
        if let told = quota.told[process.name], now > told.at + Self.reaction, now < told.until,
            process.resumedAt < told.at
        {
            violated("\(process.name) calls the API \((told.until - now).wholeMilliseconds) ms too early")
        }
        guard let limit = quota.limit else { return }
        // One second's worth of all shares together may be saved up, and no more.
        let perSecond = Double(limit) / 60
        let most = perSecond + Self.rounding
        quota.saved = min(most, quota.saved + (now - quota.savedAt).inSeconds * perSecond) - 1
        quota.savedAt = now
        if quota.saved < -0.001 {
            violated("more calls than \(limit) a minute")
            quota.saved = most
        }
    }

    /// An answer that asks to wait has reached a process.
    func told(_ process: SimulatedProcess, toWait duration: Duration) {
        let now = scheduler.now
        if let told = quota.told[process.name], now < told.until {
            quota.told[process.name] = (told.at, max(told.until, now + duration))
        } else {
            quota.told[process.name] = (now, now + duration)
        }
    }
}
