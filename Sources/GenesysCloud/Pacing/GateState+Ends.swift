import Seams

/// How permits end, and what is learned from it. After each of these a place on the wire is free.
extension GateState {
    enum Awakened {
        case everybody
        case one(Int?)
    }

    /// The request will not be sent.
    mutating func giveBack(_ permit: Permit) {
        onWire -= 1
        // What was in the bucket before the gate closed is gone.
        if permit.closings == closing.count { rate.giveBack(permit.requestClass) }
    }

    /// The request was answered, not with 429.
    ///
    /// - Parameter timed: The operation, where the time that the answer took says something about the API's load.
    mutating func answered(_ permit: Permit, notice: RateLimitNotice?, timed: APIOperation?, now: Moment) {
        if let notice { rate.learn(notice, after: now - permit.at, now: now) }
        if permit.closings == closing.count { closing.answered() }
        if let timed { concurrency.answered(timed, after: now - permit.at, onWire: onWire, at: now) }
        onWire -= 1
    }

    /// The request had no answer.
    mutating func failed(_ permit: Permit, isTimeout: Bool, now: Moment) {
        if isTimeout { concurrency.timedOut(at: now) }
        onWire -= 1
    }

    /// The request was answered with 429: closes the gate for everybody.
    ///
    /// - Returns: When the gate opens, if this answer closed it.
    mutating func limited(
        _ permit: Permit, retryAfter: Duration?, notice: RateLimitNotice?, now: Moment, random: any RandomSource
    ) -> Moment? {
        if let notice { rate.learn(notice, after: now - permit.at, now: now) }
        onWire -= 1
        let isNews = permit.closings == closing.count
        closing.close(isNews: isNews, retryAfter: retryAfter, now: now, random: random)
        rate.limited(isNews: isNews, opening: closing.opensAt, onWire: onWire, now: now)
        return isNews ? closing.opensAt : nil
    }

    /// Who must be woken after a 429: everybody where all are refused. The place that it freed is told in any case, or who
    /// comes after the refusal would wait for an event that was.
    mutating func awakenedByLimit(now: Moment) -> Awakened {
        let next = placeIsFree(now: now)
        return closing.refusal(at: now) == nil ? .one(next) : .everybody
    }

    /// What is to be seen from outside.
    mutating func snapshot(now: Moment) -> GateSnapshot {
        refresh(now: now)
        let classes = RequestClass.allCases.map { ($0, waiting.count(of: $0)) }
        return GateSnapshot(
            configuredPerMinute: rate.configured, effectivePerMinute: rate.effective, factor: rate.factor(at: now),
            learnedLimitPerMinute: rate.window.limitPerMinute(at: now), learnedLimit: rate.lastNotice?.limit,
            learnedUsed: rate.lastNotice?.used, waiting: Dictionary(uniqueKeysWithValues: classes), onWire: onWire,
            concurrencyLimit: concurrency.limit,
            closedFor: closing.opensAt > now ? closing.opensAt - now : nil,
            isRefusing: closing.refusal(at: now) != nil, limitedCount: closing.limited)
    }
}
