import HTTPClient
import JSON
import Seams

/// Genesys Cloud in the simulated world: contacts, organizations and tokens behind a network that loses answers, with
/// limits, failures and slow keys.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedAPI: @unchecked Sendable {
    struct Settings {
        /// One call in so many goes wrong in some way, 0 for none.
        var faults = 0
        var latency: ClosedRange<Double> = 1...30
        /// One call in so many takes seconds; also all of `slowNames`.
        var slowCalls = 0
        var slowNames: Set<String> = []
        var tokenLife = Duration.seconds(3600)
        /// How long a request may be on the wire before it reaches the API. A successor never starts sooner.
        var longestWay = 1500.0
        var purges = SimulatedPurges.Settings()
        /// Calls a minute of all replicas; nil is no limit.
        var quota: Int?
        /// Whether answers say how much of it is used.
        var tellsQuota = false
    }

    enum Fate {
        case answered
        case limited
        case refused
        case doneButRefused
        case lostBefore
        case lostAfter
        case neverAnsweredNorDone
        case neverAnswered
        /// The API itself says that it failed, and did nothing.
        case failed
        /// Done, and answered with success that nobody understands.
        case garbled
    }

    struct Write {
        var kind: SimulatedDirectory.Kind
        var method: String
        /// The external id of what is written; nil where it has none, or none that is known.
        var name: String?
        /// What the body says of the event that it comes from.
        var mark: String?
    }

    let scheduler: Scheduler
    let settings: Settings
    let history: History
    let checks: Checks
    var directory = SimulatedDirectory()
    var purges: SimulatedPurges
    private var quota: SimulatedQuota
    /// External ids by Genesys id, of everything there ever was.
    private var names: [String: String] = [:]
    private var tokens: [String: Moment] = [:]
    private var outageUntil = Moment.start

    init(_ scheduler: Scheduler, _ settings: Settings, history: History, checks: Checks) {
        self.scheduler = scheduler
        self.settings = settings
        self.history = history
        self.checks = checks
        purges = SimulatedPurges(settings.purges)
        quota = SimulatedQuota(limit: settings.quota, isTold: settings.tellsQuota)
    }

    func goDown(for duration: Duration) {
        outageUntil = max(outageUntil, scheduler.now + duration)
        history.note("api", "is out of reach for \(duration.wholeMilliseconds) ms")
    }

    func send(_ request: HTTPRequest, from process: SimulatedProcess, reply: Reply<Result<HTTPResponse, HTTPError>>) {
        let path = Self.path(of: request.url)
        let write = write(request, path)
        let submission = submission(request, path, process)
        let fate = submission == nil ? fate() : fateOfSubmission()
        let ticket = write.map { checks.sends($0, by: process) }
        if let write, let name = write.name {
            history.note(process.name, lane: name, "sends \(write.method) \(write.mark ?? "") (\(fate))")
        }
        if path.first != "oauth" { checks.requests(process) }
        if let submission {
            history.note(process.name, lane: submission.requestID, "submits \(submission.marker) (\(fate))")
        }
        if scheduler.now < outageUntil {
            return scheduler.after(.milliseconds(5), process) {
                submission?.isAnswered(.certain)
                reply.give(.failure(HTTPError(.connectFailed, delivery: .notSent, detail: "refused")))
            }
        }
        let isSlow =
            scheduler.chance.once(in: settings.slowCalls) || write?.name.map(settings.slowNames.contains) == true
        let way =
            scheduler.chance.once(in: 30)
            ? scheduler.chance.duration(0.5...settings.longestWay) : scheduler.chance.duration(settings.latency)
        let back = isSlow ? scheduler.chance.duration(200...8000) : scheduler.chance.duration(settings.latency)
        scheduler.after(request.timeout, process) {
            submission?.isAnswered(.uncertain)
            reply.give(.failure(HTTPError(.timedOut, delivery: .uncertain)))
        }
        scheduler.after(way) { [self] in
            let result = arrive(request, path, write, ticket, submission, fate, process)
            guard let result else { return }
            scheduler.after(back, process) { [self] in
                submission?.isAnswered(PurgeSubmissionTry.Answer(result))
                if case .success(let response) = result, response.status < 300, let write, let ticket {
                    checks.answered(write, ticket)
                }
                if !reply.isGiven, path.first != "oauth", case .success(let response) = result, response.status == 429,
                    let seconds = response[header: "Retry-After"].flatMap({ Int64($0) })
                {
                    checks.told(process, toWait: .seconds(seconds))
                }
                reply.give(result)
            }
        }
    }

    private func fate() -> Fate {
        guard scheduler.chance.once(in: settings.faults) else { return .answered }
        return scheduler.chance.pick([
            .limited, .refused, .refused, .doneButRefused, .lostBefore, .lostAfter, .neverAnsweredNorDone,
            .neverAnswered,
        ])
    }

    /// At the API; nil is no answer.
    private func arrive(
        _ request: HTTPRequest, _ path: [String], _ write: Write?, _ ticket: Checks.Ticket?,
        _ submission: PurgeSubmissionTry?, _ fate: Fate, _ process: SimulatedProcess
    ) -> Result<HTTPResponse, HTTPError>? {
        switch fate {
        case .limited:
            return .success(
                HTTPResponse(status: 429, headers: [HTTPHeader("Retry-After", "\(scheduler.chance.within(1...3))")]))
        case .refused: return .success(HTTPResponse(status: 503))
        case .lostBefore: return .failure(HTTPError(.connectionLost, delivery: .uncertain))
        case .neverAnsweredNorDone: return nil
        case .failed:
            let body: JSONValue = ["message": "something broke", "status": 500]
            return .success(HTTPResponse(status: 500, body: body.bytes))
        case .answered, .doneButRefused, .lostAfter, .neverAnswered, .garbled: break
        }
        if path.first != "oauth", let wait = quota.admit(at: scheduler.now) {
            history.note("api", "has no quota left for \(process.name)")
            return .success(
                HTTPResponse(
                    status: 429,
                    headers: [HTTPHeader("Retry-After", "\(wait.wholeSecondsUp)")] + quota.headers(at: scheduler.now)))
        }
        var response: HTTPResponse
        if path.first == "oauth" {
            response = grant()
        } else if !isAuthorized(request) {
            response = HTTPResponse(status: 401)
        } else if path.count >= 3, path[2] == "purge" {
            response = servePurge(request, path, submission)
        } else {
            response = serve(request, path)
            if let write, let ticket, response.status < 300 {
                if let name = write.name {
                    history.note(
                        "api", lane: name,
                        "does \(write.method) \(write.mark ?? "") of \(process.name): \(response.status)")
                }
                checks.landed(write, ticket)
            }
        }
        scheduler.mix(UInt64(response.status))
        if path.first != "oauth" { response.headers += quota.headers(at: scheduler.now) }
        switch fate {
        case .doneButRefused: return .success(HTTPResponse(status: 502))
        case .lostAfter: return .failure(HTTPError(.connectionLost, delivery: .uncertain))
        case .neverAnswered: return nil
        case .garbled where response.status < 300: return .success(HTTPResponse(status: 200, body: Array("ok".utf8)))
        default: return .success(response)
        }
    }

    // MARK: Tokens

    private func grant() -> HTTPResponse {
        let token = "token-\(tokens.count)"
        tokens[token] = scheduler.now + settings.tokenLife
        let body: JSONValue = [
            "access_token": .string(token), "expires_in": .number(settings.tokenLife.components.seconds),
        ]
        return HTTPResponse(status: 200, body: body.bytes)
    }

    private func isAuthorized(_ request: HTTPRequest) -> Bool {
        guard let header = request.headers.first(where: { $0.name == "Authorization" }) else { return false }
        return tokens[String(header.value.dropFirst("Bearer ".count))].map { $0 > scheduler.now } ?? false
    }

    // MARK: Resources

    private static func path(of url: String) -> [String] {
        url.split(separator: "/", omittingEmptySubsequences: true).dropFirst(2).map(String.init)
    }

    private func write(_ request: HTTPRequest, _ path: [String]) -> Write? {
        guard request.method != "GET", path.first != "oauth", path.count >= 4,
            let kind = SimulatedDirectory.Kind(rawValue: path[3])
        else { return nil }
        let body = request.body.flatMap { try? JSONValue(parsing: $0) }
        let name = path.count > 4 ? names[path[4]] : body?["externalId"]?.stringValue
        return Write(
            kind: kind, method: request.method, name: name,
            mark: (body?["lastName"] ?? body?["name"])?.stringValue)
    }

    private func serve(_ request: HTTPRequest, _ path: [String]) -> HTTPResponse {
        guard path.count >= 4 else { return HTTPResponse(status: 404) }
        let place = path[3].split(separator: "?", maxSplits: 1).map(String.init)
        guard let kind = SimulatedDirectory.Kind(rawValue: place[0]) else { return HTTPResponse(status: 404) }
        let body = request.body.flatMap { try? JSONValue(parsing: $0) } ?? .null
        let answer: SimulatedDirectory.Answer
        switch request.method {
        case "GET" where place.count == 2:
            let name = String(place[1].dropFirst("externalId=".count))
            let items = directory.find(kind, externalID: name).map { [$0] } ?? []
            answer = .init(status: 200, body: ["items": .array(items), "nextPageId": nil])
        case "GET":
            answer = directory[kind, path[4]].map { .init(status: 200, body: $0) } ?? .init(status: 404)
        case "POST": answer = directory.create(kind, body)
        case "PUT": answer = directory.replace(kind, path[4], body)
        case "DELETE": answer = directory.delete(kind, path[4])
        default: answer = .init(status: 405)
        }
        if let id = answer.body?["id"]?.stringValue, let name = answer.body?["externalId"]?.stringValue {
            names[id] = name
        }
        return HTTPResponse(status: answer.status, body: answer.body?.bytes ?? [])
    }

    /// Somebody else makes an organization.
    func makeOrganization(_ name: String) {
        let answer = directory.create(.organizations, ["externalId": .string(name), "name": "n-outside"])
        if let id = answer.body?["id"]?.stringValue { names[id] = name }
        history.note("api", lane: name, "somebody makes the organization \(name)")
    }
}
