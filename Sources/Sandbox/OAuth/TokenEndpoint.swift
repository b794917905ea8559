import JSON
import Seams

/// Both token styles: `POST /oauth/token` and `POST /login/oauth2/token`.
extension SandboxState {
    mutating func token(
        for call: Call, now: Moment, wallTime: WallTime, chance: UInt64
    ) throws(Refusal) -> (Answer, client: String) {
        let credentials = try Credentials(call)
        let ruling = tokenLimiter.admit(now: now, wallTime: wallTime, limit: faults.tokenRateLimit)
        if let ruling, !ruling.isAdmitted {
            throw .tooManyRequests(RetryNotice(ruling.left, asDate: false, now: now, wallTime: wallTime))
        }
        guard !faults.refuseCredentials, credentials.clientID == clientID, credentials.secret == clientSecret else {
            throw Refusal(401, "invalid_client", "the client's credentials are not valid")
        }
        let known = faults.tokenReuse ? tokens.latest(of: clientID, now: now) : nil
        let (text, token) =
            known ?? tokens.issue(to: clientID, life: faults.tokenLifetime, now: now, chance: chance)
        let answer = Answer.json(
            200,
            .object([
                ("access_token", .string(text)),
                ("expires_in", .number((token.expires - now).wholeNanoseconds / 1_000_000_000)),
                ("token_type", "bearer"),
            ]))
        return (answer, token.name)
    }
}
