public import HTTPClient
public import JSON
public import Observability
public import Seams

/// Genesys Cloud over HTTP: each call waits for a token and its place in the pace, is sent with a deadline, and judged.
///
/// A 429 closes the gate for the whole client and the call is made again when it opens, as often as it takes until the
/// task is cancelled; where that is further off than `maxRetryAfter`, or than `holdNobody(beyond:)` says, all that wait
/// are thrown `rateLimited`. A 401 has the token replaced once. Everything else is thrown at once, judged by `Judgement`.
public final class GenesysClient: GenesysAPI {
    /// How often one call is made with a token that is rejected: the second can still have been revoked under way.
    private static let rejectionLimit = 3

    private let settings: GenesysSettings
    let form: any APIForm
    private let transport: any HTTPTransport
    private let time: any TimeSource
    let tokens: TokenProvider
    private let gate: RequestGate
    private let usual: RequestClass
    private let counters = CallCounters()
    private let baseURL: String

    /// Makes a client with the whole quota; nothing is sent before the first call.
    ///
    /// - Parameter usual: What class calls about contacts and organizations are in.
    public init(
        settings: GenesysSettings, transport: any HTTPTransport, usual: RequestClass = .live, time: any TimeSource,
        random: any RandomSource, logger: Logger
    ) {
        self.usual = usual
        self.settings = settings
        self.transport = transport
        self.time = time
        form = settings.apiForm.implementation
        baseURL = settings.apiURL.withoutTrailingSlashes
        tokens = TokenProvider(
            settings: settings, transport: transport, time: time, random: random, logger: logger)
        gate = RequestGate(settings: settings, time: time, random: random, logger: logger)
    }

    /// How the client stands now.
    public var snapshot: GenesysSnapshot {
        GenesysSnapshot(token: tokens.snapshot, gate: gate.snapshot, requests: counters.snapshot)
    }

    public func find(
        _ type: ResourceType, externalID: String, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue? {
        try await find(type, externalID: externalID, as: usual, &tally)
    }

    public func probe(_ type: ResourceType, tally: inout CallTally) async throws(GenesysError) {
        _ = try await find(type, externalID: probedExternalID, as: .urgent, &tally)
    }

    private func find(
        _ type: ResourceType, externalID: String, as requestClass: RequestClass, _ tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue? {
        let call = APICall.find(type, externalID: externalID)
        guard
            let response = try await responseUnlessAbsent(to: call, permit: .always, as: requestClass, &tally)
        else {
            // A listing is empty when nothing is found; where there is no listing, this is not the API (guide).
            throw GenesysError(
                .unreachable, status: 404, message: "the look-up itself was not found; is genesys.apiUrl right?")
        }
        return try read(response, of: call) { (answer) throws(UnreadableAnswer) in
            try form.found(in: answer, externalID: externalID)
        }
    }

    public func get(
        _ type: ResourceType, id: String, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue? {
        let call = APICall.get(type, id: id)
        guard let response = try await responseUnlessAbsent(to: call, permit: .always, &tally) else { return nil }
        return try read(response, of: call, with: form.resource)
    }

    public func create(
        _ type: ResourceType, _ resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue {
        let call = APICall.create(type, resource)
        return try read(try await response(to: call, permit: permit, &tally), of: call, with: form.resource)
    }

    public func replace(
        _ type: ResourceType, id: String, with resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue {
        let call = APICall.replace(type, id: id, resource)
        return try read(try await response(to: call, permit: permit, &tally), of: call, with: form.resource)
    }

    public func delete(
        _ type: ResourceType, id: String, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> Bool {
        try await responseUnlessAbsent(to: .delete(type, id: id), permit: permit, &tally) != nil
    }

    public func page(
        _ type: ResourceType, organizationID: String?, number: Int, size: Int, tally: inout CallTally
    ) async throws(GenesysError) -> ResourcePage {
        let call = APICall.page(type, organizationID: organizationID, number: number, size: size)
        return try read(try await response(to: call, permit: .always, &tally), of: call, with: form.page)
    }

    /// The answer; nil where the API has no such thing (404, 410).
    func responseUnlessAbsent(
        to call: APICall, permit: WritePermit, as requestClass: RequestClass? = nil, _ tally: inout CallTally
    ) async throws(GenesysError) -> HTTPResponse? {
        do {
            return try await response(to: call, permit: permit, as: requestClass, &tally)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    /// Makes the call until it is answered with something other than 429 or a rejected token.
    ///
    /// - Parameters:
    ///   - permit: Asked before each sending of a write; a read needs none.
    ///   - requestClass: Nil is the call's own.
    func response(
        to call: APICall, permit: WritePermit, as requestClass: RequestClass? = nil, _ tally: inout CallTally
    ) async throws(GenesysError) -> HTTPResponse {
        let requestClass = requestClass ?? call.requestClass(usual: usual)
        do throws(GenesysError) {
            return try await judgedResponse(to: call, permit: permit, as: requestClass, &tally)
        } catch {
            var error = error
            error.operation = call.operation
            throw error
        }
    }

    private func judgedResponse(
        to call: APICall, permit: WritePermit, as requestClass: RequestClass, _ tally: inout CallTally
    ) async throws(GenesysError) -> HTTPResponse {
        let request = try form.request(for: call)
        var rejections = 0
        while true {
            let (token, turn) = try await admission(requestClass)
            // After the last wait: while the call had to wait, another replica may have become the owner.
            guard !call.nature.isWrite || permit.isGiven else {
                gate.giveBack(turn)
                throw GenesysError(.withdrawn, message: "the permit was withdrawn before the write was sent")
            }
            // A write goes to its end once it is sent, so it must not begin when nobody wants it any more.
            guard !call.nature.isWrite || !Task.isCancelled else {
                gate.giveBack(turn)
                throw GenesysError(.cancelled, message: "cancelled before the write was sent")
            }
            let result = await send(request, token, call.nature)
            counters.count(method: request.method, result)
            let wallTime = time.wallTime
            let judgement = Judgement(result, of: call.nature, wallTime: wallTime)
            switch result {
            case .success(let response):
                tally.requests += 1
                tally.correlationID = response.correlationID ?? tally.correlationID
                let notice = RateLimitNotice(response, wallTime: wallTime)
                if case .limited(let retryAfter) = judgement {
                    gate.limited(turn, retryAfter: retryAfter, notice: notice)
                } else {
                    // What failed early says nothing of the time that work takes.
                    gate.answered(turn, notice: notice, timed: response.isJudged ? call.operation : nil)
                }
                if response.isJudged { tally.answered.insert(APIOperations(call.operation)) }
                // 429 and 5xx come from gateways that may not have looked at the token.
                if response.status < 500, response.status != 401, response.status != 429 { tokens.accepted(token) }
            case .failure(let error):
                if error.delivery != .notSent { tally.requests += 1 }
                gate.failed(turn, isTimeout: error.kind == .timedOut)
            }
            switch judgement {
            case .success(let response): return response
            case .limited: continue
            case .tokenRejected(let error):
                rejections += 1
                if tokens.rejected(token) == .refused || rejections >= Self.rejectionLimit { throw error }
            case .failure(let error): throw error
            }
        }
    }

    /// Waits for a token and for the right to send. The permit comes last and is used at once: a permit held while a
    /// token is fetched would be used in a crowd, or after the gate has closed, and hold a place on the wire meanwhile.
    private func admission(
        _ requestClass: RequestClass
    ) async throws(GenesysError) -> (AccessToken, GateState.Permit) {
        while true {
            _ = try await tokens.token()
            let permit: GateState.Permit
            do throws(RequestGate.Refusal) { permit = try await gate.acquire(requestClass) } catch {
                switch error {
                case .cancelled: throw GenesysError(.cancelled, message: "cancelled while waiting for the request pace")
                case .closed(let end):
                    throw GenesysError(
                        .rateLimited, message: "the API wants no requests for longer than calls are held",
                        retryAt: end)
                }
            }
            // Waiting may have taken longer than the token lived.
            if let token = tokens.usable() { return (token, permit) }
            gate.giveBack(permit)
        }
    }

    /// A write is not broken off with its task: it could land after the next owner's, and undo it. On a connection that
    /// was used before, libcurl may send a request twice by itself: not one that must be sent once.
    private func send(
        _ request: APIRequest, _ token: AccessToken, _ nature: APICall.Nature
    ) async -> Result<HTTPResponse, HTTPError> {
        var headers = [
            HTTPHeader("Authorization", "Bearer \(token.value)"), HTTPHeader("Accept", "application/json"),
        ]
        if request.body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        do {
            return .success(
                try await transport.send(
                    HTTPRequest(
                        method: request.method, url: baseURL + request.target, headers: headers, body: request.body,
                        timeout: settings.requestTimeout, connection: nature == .writeOnce ? .fresh : .reused,
                        endsWithTask: !nature.isWrite)))
        } catch {
            return .failure(error)
        }
    }

    /// What a success says.
    ///
    /// - Throws: `serverError` where it cannot be read; a write may have happened all the same.
    func read<Value>(
        _ response: HTTPResponse, of call: APICall, with reading: (JSONValue) throws(UnreadableAnswer) -> Value
    ) throws(GenesysError) -> Value {
        func invalid(_ reason: String) -> GenesysError {
            GenesysError(
                .serverError, status: response.status, message: "invalid answer: \(reason)",
                correlationID: response.correlationID, mayHaveHappened: call.nature.isWrite)
        }
        let answer: JSONValue
        do { answer = try JSONValue(parsing: response.body) } catch { throw invalid("not JSON") }
        do { return try reading(answer) } catch { throw invalid(error.reason) }
    }
}

extension HTTPResponse {
    /// Whether the API took the call up: it did it, or its content was at fault.
    fileprivate var isJudged: Bool {
        switch status {
        case 200...299: true
        case 401, 403, 407, 408, 429: false
        case 400...499: true
        default: false
        }
    }
}

extension GenesysClient: QuotaGoverning {
    public func setShare(_ share: RequestShare) {
        gate.setShare(share)
    }

    public func holdNobody(beyond moment: Moment?) {
        gate.holdNobody(beyond: moment)
    }

    public var pollsPerMinute: Double? { gate.pollsPerMinute }

    public func observeRoom(_ body: @escaping @Sendable (Int) -> Void) {
        gate.observeRoom(body)
    }
}
