import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func requestsInTurnShareOneConnection() async throws {
        try await withServer(answerAll) { server, transport in
            for _ in 0..<10 { _ = try await transport.send(HTTPRequest(method: "GET", url: server.url)) }
            #expect(server.acceptedConnections == 1)
            #expect(server.requests.count == 10)
        }
    }

    @Test func aFreshRequestHasAConnectionOfItsOwn() async throws {
        try await withServer(answerAll) { server, transport in
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            _ = try await transport.send(HTTPRequest(method: "POST", url: server.url, connection: .fresh))
            #expect(server.acceptedConnections == 2)
        }
    }

    @Test(arguments: [1, 8, 64])
    func atMostSoManyConnectionsAreOpenAndEveryRequestIsAnswered(limit: Int) async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: limit, proxy: .none)
        try await withServer(settings: settings) { connection in
            while let request = connection.receive() { connection.answer(body: request.line) }
        } test: { server, transport in
            let url = server.url
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let response = try await transport.send(HTTPRequest(method: "GET", url: "\(url)/\(number)"))
                        return response.body == Array("GET /\(number) HTTP/1.1".utf8)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: true, count: 500))
            #expect(server.mostOpenConnections <= limit)
            #expect(limit == 1 || server.mostOpenConnections > 1)
        }
    }

    @Test func moreConnectionsThanOneThreadTakesAreSharedOut() async throws {
        let settings = CurlTransport.Settings(maxConnectionsPerHost: 300, proxy: .none)
        // No answer before 300 requests are in: it takes as many connections at once.
        let gate = Gate(300)
        try await withServer(settings: settings) { connection in
            while connection.receive() != nil {
                gate.arriveAndWait()
                connection.answer()
            }
        } test: { server, transport in
            let request = HTTPRequest(method: "GET", url: server.url)
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<300 { group.addTask { try await transport.send(request).status } }
                return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
            }
            #expect(answered == 300)
            #expect(server.mostOpenConnections == 300)
        }
    }

    /// What libcurl does, and why `.fresh` is there: it reports success for a request that was sent twice.
    @Test func onAReusedConnectionThatTheServerClosesAPostIsSentTwice() async throws {
        try await withServer(closeAfterSecondRequest) { server, transport in
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            let response = try await transport.send(
                HTTPRequest(method: "POST", url: server.url, body: [1], connection: .reused))
            #expect(response.status == 200)
            #expect(server.requests.filter { $0.line.hasPrefix("POST") }.count == 2)
        }
    }

    @Test func onAFreshConnectionThatTheServerClosesAPostIsSentOnce() async throws {
        try await withServer { connection in
            guard let request = connection.receive(), !request.line.hasPrefix("POST") else { return }
            connection.answer()
            connection.waitForEnd()
        } test: { server, transport in
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            let error = await failure(
                of: HTTPRequest(method: "POST", url: server.url, body: [1], connection: .fresh), with: transport)
            #expect(error?.kind == .connectionLost)
            #expect(error?.delivery == .uncertain)
            #expect(server.requests.filter { $0.line.hasPrefix("POST") }.count == 1)
        }
    }

    @Test func aRefusalAfterALostReusedConnectionIsNoProofThatNothingWasSent() async throws {
        try await withServer { connection in
            _ = connection.receive()
            connection.answer()
            if connection.receive() != nil { connection.server.stopListening() }
        } test: { server, transport in
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            let error = await failure(of: HTTPRequest(method: "POST", url: server.url, body: [1]), with: transport)
            #expect(error?.kind == .connectFailed)
            #expect(error?.delivery == .uncertain)
        }
    }
}

/// The first connection ends at its second request; the others go on.
@Sendable private func closeAfterSecondRequest(_ connection: RawConnection) {
    guard connection.number == 1 else { return answerAll(connection) }
    _ = connection.receive()
    connection.answer()
    _ = connection.receive()
}
