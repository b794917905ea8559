import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(2))) struct FailureTests {
    @Test func aRefusedConnectionMeansNotSent() async throws {
        try await withServer({ _ in }) { server, transport in
            server.stopListening()
            let error = await failure(of: HTTPRequest(method: "POST", url: server.url + "/p?q=secret"), with: transport)
            #expect(error?.kind == .connectFailed)
            #expect(error?.delivery == .notSent)
            #expect(error?.description.contains("secret") == false)
        }
    }

    @Test func anUnknownNameMeansNotSent() async throws {
        let transport = CurlTransport(.init(proxy: .none))
        let error = await failure(of: HTTPRequest(method: "GET", url: "http://name.invalid/?q=secret"), with: transport)
        #expect(error?.kind == .nameNotResolved)
        #expect(error?.delivery == .notSent)
        #expect(error?.description.contains("secret") == false)
        await transport.close()
    }

    @Test func aServerThatSpeaksNoTLSMeansNotSent() async throws {
        try await withServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForEnd()
        } test: { server, transport in
            let error = await failure(
                of: HTTPRequest(method: "POST", url: "https://127.0.0.1:\(server.port)/", body: [1]), with: transport)
            #expect(error?.kind == .tlsFailed)
            #expect(error?.delivery == .notSent)
        }
    }

    @Test func aCAFileThatIsNotThereIsATLSFailure() async throws {
        let settings = CurlTransport.Settings(caFile: "/nowhere/ca.pem", proxy: .none)
        try await withServer(settings: settings, { $0.waitForEnd() }) { server, transport in
            let error = await failure(
                of: HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"), with: transport)
            #expect(error?.kind == .tlsFailed)
            #expect(error?.delivery == .notSent)
        }
    }

    @Test func aConnectionThatEndsBeforeTheAnswerIsUncertain() async throws {
        try await withServer({ _ = $0.receive() }) { server, transport in
            let error = await failure(of: HTTPRequest(method: "POST", url: server.url, body: [1]), with: transport)
            #expect(error?.kind == .connectionLost)
            #expect(error?.delivery == .uncertain)
        }
    }

    @Test func aConnectionThatEndsWithinTheAnswerIsUncertain() async throws {
        try await withServer { connection in
            _ = connection.receive()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        } test: { server, transport in
            let error = await failure(of: HTTPRequest(method: "PUT", url: server.url, body: [1]), with: transport)
            #expect(error?.kind == .connectionLost)
            #expect(error?.delivery == .uncertain)
        }
    }

    @Test func whatIsNotHTTPIsAnInvalidAnswer() async throws {
        try await withServer { connection in
            _ = connection.receive()
            connection.send("SSH-2.0-OpenSSH_9.2\r\n")
        } test: { server, transport in
            let error = await failure(of: HTTPRequest(method: "GET", url: server.url), with: transport)
            #expect(error?.kind == .invalidAnswer)
            #expect(error?.delivery == .uncertain)
        }
    }

    @Test(arguments: [true, false])
    func aBodyOverTheLimitIsRefusedAndOneAtTheLimitIsNot(isChunked: Bool) async throws {
        let settings = CurlTransport.Settings(maxResponseBodyBytes: 100_000, proxy: .none)
        try await withServer(settings: settings) { connection in
            while let request = connection.receive() {
                let size = request.line.contains("over") ? 100_001 : 100_000
                let body = String(repeating: "x", count: size)
                if isChunked {
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    connection.send("\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
                } else {
                    connection.answer(body: body)
                }
            }
        } test: { server, transport in
            let error = await failure(of: HTTPRequest(method: "GET", url: server.url + "/over"), with: transport)
            #expect(error?.kind == .invalidAnswer)
            #expect(error?.delivery == .uncertain)
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url + "/at"))
            #expect(response.body.count == 100_000)
        }
    }

    @Test func aHeadOverTheLimitIsRefused() async throws {
        let settings = CurlTransport.Settings(maxResponseHeaderBytes: 1000, proxy: .none)
        try await withServer(settings: settings) { connection in
            _ = connection.receive()
            connection.answer(headers: (0..<100).map { "X-\($0): 0123456789" })
        } test: { server, transport in
            let error = await failure(of: HTTPRequest(method: "GET", url: server.url), with: transport)
            #expect(error?.kind == .invalidAnswer)
        }
    }

    @Test(arguments: [
        "", "/path", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http:///path", "http://user:pw@127.0.0.1/",
        "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1:99999/", "http://127.0.0.1/é",
    ])
    func aURLThatIsNoneIsAnInvalidRequest(url: String) async {
        let transport = CurlTransport(.init(proxy: .none))
        let error = await failure(of: HTTPRequest(method: "GET", url: url), with: transport)
        #expect(error?.kind == .invalidRequest)
        #expect(error?.delivery == .notSent)
        await transport.close()
    }

    @Test func whatWouldBeAnotherRequestOnTheWireIsAnInvalidRequest() async throws {
        let transport = CurlTransport(.init(proxy: .none))
        let url = "http://127.0.0.1:9/"
        for request in [
            HTTPRequest(method: "GET / HTTP/1.1\r\n", url: url), HTTPRequest(method: "", url: url),
            HTTPRequest(method: "GET", url: url, headers: [HTTPHeader("A", "b\r\nC: secret")]),
            HTTPRequest(method: "GET", url: url, headers: [HTTPHeader("A:", "b")]),
            HTTPRequest(method: "GET", url: url, headers: [HTTPHeader("", "b")]),
            HTTPRequest(method: "GET", url: url, timeout: .zero),
        ] {
            let error = await failure(of: request, with: transport)
            #expect(error?.kind == .invalidRequest)
            #expect(error?.description.contains("secret") == false)
        }
        await transport.close()
    }
}
