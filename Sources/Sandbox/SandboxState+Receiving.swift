import Seams

extension SandboxState {
    /// What is found out about a call on the way to its answer, whether that is a refusal or not.
    private struct Standing {
        /// The name of its token, or of the token that it was given.
        var tokenName: String?
        /// What answers say of the rate limit.
        var headers: [(name: String, value: String)] = []
        var notice: RetryNotice?
    }

    /// Decides about a call that arrived now, and does what it asks for.
    mutating func receive(_ call: Call, now: Moment, wallTime: WallTime, random: any RandomSource) -> Plan {
        let isToken = call.route.resource == .formToken || call.route.resource == .basicToken
        let number = records.arrived(isToken: isToken, now: now)
        let correlationID = Self.correlationID(number)
        var standing = Standing()
        let effect = faults.effect(on: call) { random.share() }
        var delay = isToken ? faults.tokenLatency : faults.latency + random.duration(upTo: faults.latencyJitter)
        let outcome: Plan.Outcome
        switch effect {
        case .close:
            outcome = .close
        case .hang:
            outcome = .hang
        case .error(let status, let contentType, let body):
            outcome = .answer(.given(status, contentType, body, correlationID))
        case .loseAnswer, .hangAfterHandling, .errorAfterHandling, .delay, nil:
            var answer: Answer
            do throws(Refusal) {
                answer = try handle(
                    call, now: now, wallTime: wallTime, random: random, standing: &standing)
            } catch {
                answer = error.answer(contextID: correlationID)
            }
            answer.headers += standing.headers + [("inin-correlation-id", correlationID)]
            switch effect {
            case .loseAnswer: outcome = .close
            case .hangAfterHandling: outcome = .hang
            case .errorAfterHandling(let status, let contentType, let body):
                outcome = .answer(.given(status, contentType, body, correlationID))
            case .delay(let more):
                delay += more
                outcome = .answer(answer)
            default: outcome = .answer(answer)
            }
        }
        let logged = LoggedCall(
            number: number, time: wallTime, method: call.method, target: call.target, status: outcome.status,
            token: standing.tokenName, duration: delay, sent: logsDocuments ? call.document : nil)
        records.decided(logged, resource: call.route.resource)
        var plan = Plan(outcome: outcome, delay: delay, isToken: isToken)
        if outcome.status == 429, let token = standing.tokenName, let notice = standing.notice {
            plan.told = Told(token: token, notice: notice)
        }
        return plan
    }

    private mutating func handle(
        _ call: Call, now: Moment, wallTime: WallTime, random: any RandomSource, standing: inout Standing
    ) throws(Refusal) -> Answer {
        switch call.route.resource {
        case .formToken, .basicToken:
            let (answer, name) = try token(for: call, now: now, wallTime: wallTime, chance: random.next())
            standing.tokenName = name
            return answer
        case .contacts, .organizations, .purge:
            guard let token = tokens.bearer(call.authorization, now: now) else { throw .unauthorized }
            standing.tokenName = token.name
            try admit(token, now: now, wallTime: wallTime, standing: &standing)
            if faults.forbidden { throw .forbidden }
            guard random.share() < faults.errorRate else {
                return try answer(call, now: now, wallTime: wallTime, random: random)
            }
            let status = [500, 502, 503, 504][Int(random.next() % 4)]
            if (status == 502 || status == 504) && random.next() % 2 == 0 {
                _ = try? answer(call, now: now, wallTime: wallTime, random: random)
            }
            throw .serverError(status)
        case .control, .unknown:
            throw .noSuchPath
        }
    }

    /// Does what the call asks for.
    private mutating func answer(
        _ call: Call, now: Moment, wallTime: WallTime, random: any RandomSource
    ) throws(Refusal) -> Answer {
        guard call.route.resource == .purge else { return try directory.answer(call, wallTime: wallTime) }
        return try purges.answer(call, now: now, wallTime: wallTime) { random.share() }
    }

    /// Holds the call against the rate limit.
    private mutating func admit(
        _ token: TokenStore.Token, now: Moment, wallTime: WallTime, standing: inout Standing
    ) throws(Refusal) {
        if let age = gates.age(for: token.name, now: now) { records.cameEarly(age: age) }
        guard let ruling = limiter.admit(now: now, wallTime: wallTime, limit: faults.rateLimit) else { return }
        records.counted(in: ruling.window)
        if faults.rateLimitHeaders { standing.headers = ruling.headers }
        guard !ruling.isAdmitted else { return }
        let notice = RetryNotice(
            faults.retryAfter ?? ruling.left, asDate: faults.retryAfterAsDate, now: now, wallTime: wallTime)
        standing.notice = notice
        throw .tooManyRequests(notice)
    }

    /// Looks like a version 4 UUID, and counts.
    private static func correlationID(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}

extension Answer {
    /// The answer that a fault rule puts in the place of the API's own.
    fileprivate static func given(
        _ status: Int, _ contentType: String, _ body: String, _ correlationID: String
    ) -> Answer {
        let headers = [("Content-Type", contentType), ("inin-correlation-id", correlationID)]
        return Answer(status: status, headers: headers, body: Array(body.utf8))
    }
}

extension RateLimiter.Ruling {
    /// How the client stands, as Genesys Cloud says it.
    fileprivate var headers: [(name: String, value: String)] {
        [
            ("inin-ratelimit-count", String(window.used)), ("inin-ratelimit-allowed", String(window.limit)),
            ("inin-ratelimit-reset", String((left.wholeNanoseconds + 999_999_999) / 1_000_000_000)),
        ]
    }
}

extension SandboxState.Plan.Outcome {
    var status: Int {
        switch self {
        case .answer(let answer): answer.status
        case .close, .hang: 0
        }
    }
}

extension RandomSource {
    /// A number from 0 up to, not including, 1.
    func share() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
