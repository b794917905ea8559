import HTTPClient
import Testing

/// Requests that end before their answer: by time, by cancellation, by closing.
@Suite(.timeLimit(.minutes(2))) struct EndingTests {
    @Test func aServerThatHangsUsesUpTheTimeAndIsUncertain() async throws {
        try await withServer(neverAnswer) { server, transport in
            let error = await failureOfSent(HTTPRequest(method: "POST", url: server.url, body: [1]), with: transport)
            #expect(error?.kind == .timedOut)
            #expect(error?.delivery == .uncertain)
        }
    }

    @Test func aHandshakeThatHangsUsesUpTheTimeAndNothingWasSent() async throws {
        try await withServer({ $0.waitForEnd() }) { server, transport in
            let error = await failure(
                of: HTTPRequest(
                    method: "POST", url: "https://127.0.0.1:\(server.port)/", timeout: .milliseconds(100)),
                with: transport)
            #expect(error?.kind == .connectFailed)
            #expect(error?.delivery == .notSent)
        }
    }

    @Test func waitingForAConnectionUsesUpTheTimeToo() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 1, proxy: .none)
        try await withServer(settings: settings, neverAnswer) { server, transport in
            let url = server.url
            let hangs = HTTPRequest(method: "GET", url: url + "/hang", timeout: .seconds(600))
            let hung = Task { await failure(of: hangs, with: transport) }
            await server.waitForRequests(1)
            let waited = await failure(
                of: HTTPRequest(method: "POST", url: url + "/waits", timeout: .milliseconds(50)), with: transport)
            #expect(waited?.kind == .connectFailed)
            #expect(waited?.delivery == .notSent)
            hung.cancel()
            #expect(await hung.value?.kind == .cancelled)
            #expect(!server.requests.contains { $0.line.contains("waits") })
        }
    }

    @Test func aConnectionThatHangsFreesItsSlotWhenItsTimeIsOver() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 1, proxy: .none)
        try await withServer(settings: settings) { connection in
            while let request = connection.receive() {
                guard !request.line.contains("hang") else { return connection.waitForEnd() }
                connection.answer()
            }
        } test: { server, transport in
            let request = HTTPRequest(method: "GET", url: server.url + "/hang")
            async let hung = failureOfSent(request, with: transport)
            await server.waitForRequests(1)
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.status == 200)
            #expect(await hung?.kind == .timedOut)
        }
    }

    @Test func cancellationEndsTheRequestAndItsConnection() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 1, proxy: .none)
        try await withServer(settings: settings) { connection in
            guard connection.number > 1 else { return neverAnswer(connection) }
            answerAll(connection)
        } test: { server, transport in
            let request = HTTPRequest(method: "POST", url: server.url, body: [1], timeout: .seconds(600))
            let task = Task { await failure(of: request, with: transport) }
            await server.waitForRequests(1)
            task.cancel()
            let error = await task.value
            #expect(error?.kind == .cancelled)
            #expect(error?.delivery == .uncertain)
            await server.waitForDisconnect()
            // The one slot is free again.
            let after = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(after.status == 200)
        }
    }

    @Test func aRequestThatOutlivesItsTaskIsAnsweredAfterTheCancellation() async throws {
        try await withServer(answerAll) { server, transport in
            var request = HTTPRequest(method: "PUT", url: server.url, body: [1])
            request.endsWithTask = false
            let status = await Task { [request] in
                withUnsafeCurrentTask { $0?.cancel() }
                return try? await transport.send(request).status
            }.value
            #expect(status == 200)
            #expect(server.requests.count == 1)
        }
    }

    @Test func aTaskThatIsCancelledBeforeItSendsSendsNothing() async throws {
        try await withServer(answerAll) { server, transport in
            let request = HTTPRequest(method: "POST", url: server.url)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure(of: request, with: transport)
            }
            let error = await task.value
            #expect(error?.kind == .cancelled)
            #expect(error?.delivery == .notSent)
            let after = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(after.status == 200)
            #expect(server.requests.count == 1)
        }
    }

    @Test func aRequestThatWaitsForAConnectionIsCancelledAsNotSent() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 1, proxy: .none)
        try await withServer(settings: settings, neverAnswer) { server, transport in
            let request = HTTPRequest(method: "POST", url: server.url, timeout: .seconds(600))
            let first = Task { await failure(of: request, with: transport) }
            await server.waitForRequests(1)
            let second = Task { await failure(of: request, with: transport) }
            second.cancel()
            #expect(await second.value?.delivery == .notSent)
            first.cancel()
            #expect(await first.value?.delivery == .uncertain)
            #expect(server.requests.count == 1)
        }
    }

    @Test func everyRequestEndsOnceWhenCancellationsMeetAnswers() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 8, proxy: .none)
        try await withServer(settings: settings, answerAll) { server, transport in
            let request = HTTPRequest(method: "GET", url: server.url)
            let ended = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        let task = Task { await failure(of: request, with: transport)?.kind }
                        await Task.yield()
                        task.cancel()
                        let kind = await task.value
                        return kind == nil || kind == .cancelled
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(ended == 300)
            let after = try await transport.send(request)
            #expect(after.status == 200)
        }
    }

    @Test func closingEndsWhatIsUnderWayAndRefusesWhatComes() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 2, proxy: .none)
        try await withServer(settings: settings, neverAnswer) { server, transport in
            let request = HTTPRequest(method: "POST", url: server.url, timeout: .seconds(600))
            let errors = await withTaskGroup(of: HTTPError?.self) { group in
                for _ in 0..<5 { group.addTask { await failure(of: request, with: transport) } }
                await server.waitForRequests(2)
                await transport.close()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.allSatisfy { $0?.kind == .closed })
            #expect(errors.filter { $0?.delivery == .uncertain }.count == 2)
            let late = await failure(of: request, with: transport)
            #expect(late?.kind == .closed)
            #expect(late?.delivery == .notSent)
            await transport.close()
        }
    }

    @Test func aTransportThatWasNeverUsedClosesAtOnce() async {
        await CurlTransport().close()
    }
}

/// The error that a request ends with which is sent and not answered. A pause can use up a short time before it is sent:
/// then it is tried again with a longer one.
private func failureOfSent(_ request: HTTPRequest, with transport: CurlTransport) async -> HTTPError? {
    var (request, error) = (request, nil as HTTPError?)
    for seconds in [1, 4, 16] {
        request.timeout = .seconds(seconds)
        error = await failure(of: request, with: transport)
        if error?.delivery != .notSent { break }
    }
    return error
}

extension RawServer {
    /// Waits until so many requests have come, counted from the last wait.
    fileprivate func waitForRequests(_ count: Int) async {
        var missing = count
        for await case .received in events {
            missing -= 1
            if missing == 0 { return }
        }
    }

    fileprivate func waitForDisconnect() async {
        for await case .disconnected in events { return }
    }
}
