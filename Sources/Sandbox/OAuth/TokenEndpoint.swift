import JSON
import Seams

/// Both token styles: `POST /oauth/token` and `POST /login/oauth2/token`.
extension SandboxState {
    mutating func token(for call: Call, now: Moment, chance: UInt64) throws(Refusal) -> (Answer, client: String) {
        let credentials = try Credentials(call)
        if let wait = tokenLimiter.admit(now: now, perMinute: faults.tokenRequestsPerMinute, window: faults.rateWindow)
        {
            throw .tooManyRequests(wait)
        }
        guard !faults.refuseCredentials, credentials.clientID == clientID, credentials.secret == clientSecret else {
            throw Refusal(401, "invalid_client", "the client's credentials are not valid")
        }
        let (text, token) = tokens.issue(to: clientID, life: faults.tokenLifetime, now: now, chance: chance)
        let answer = Answer.json(
            200,
            .object([
                ("access_token", .string(text)),
                ("expires_in", .number(faults.tokenLifetime.wholeNanoseconds / 1_000_000_000)),
                ("token_type", "bearer"),
            ]))
        return (answer, token.name)
    }
}
