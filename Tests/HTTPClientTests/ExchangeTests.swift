import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(2))) struct ExchangeTests {
    @Test func aRequestArrivesAsGivenAndItsAnswerComesBackWhole() async throws {
        try await withServer { connection in
            while connection.receive() != nil {
                connection.answer("201 Created", headers: ["X-One: a", "x-two:  b c \t", "X-One: d"], body: "héllo")
            }
        } test: { server, transport in
            let response = try await transport.send(
                HTTPRequest(
                    method: "PUT", url: server.url + "/a/../b?c=%20d",
                    headers: [
                        HTTPHeader("Authorization", "Bearer t"), HTTPHeader("content-type", "application/json"),
                        HTTPHeader("X-Empty", ""), HTTPHeader("Host", "elsewhere"), HTTPHeader("Content-Length", "1"),
                    ], body: Array("{\"a\":1}".utf8)))
            #expect(response.status == 201)
            #expect(response.body == Array("héllo".utf8))
            #expect(
                response.headers.dropFirst() == [
                    HTTPHeader("X-One", "a"), HTTPHeader("x-two", "b c"), HTTPHeader("X-One", "d"),
                ])
            #expect(response[header: "x-one"] == "a")
            #expect(response[header: "X-TWO"] == "b c")
            let request = try #require(server.requests.first)
            #expect(request.line == "PUT /a/../b?c=%20d HTTP/1.1")
            #expect(request.body == Array("{\"a\":1}".utf8))
            #expect(request["authorization"] == "Bearer t")
            #expect(request["content-type"] == "application/json")
            #expect(request["content-length"] == "7")
            #expect(request["x-empty"] == "")
            #expect(request["host"] == "127.0.0.1:\(server.port)")
            #expect(request["user-agent"] == "contact-relay")
            #expect(request["expect"] == nil)
            #expect(request["accept-encoding"] == nil)
        }
    }

    @Test(
        arguments: [
            ("GET", nil, nil), ("DELETE", nil, nil), ("HEAD", nil, nil), ("PURGE", nil, nil),
            ("POST", nil, "0"), ("PUT", nil, "0"), ("POST", "ab", "2"), ("PATCH", "abc", "3"), ("DELETE", "x", "1"),
            ("GET", "y", "1"),
        ] as [(String, String?, String?)])
    func aBodyHasItsLengthAndNoBodyHasNone(method: String, body: String?, length: String?) async throws {
        try await withServer(answerAllLikeHead) { server, transport in
            // Twice, so that the handle is used again after each kind.
            for _ in 0..<2 {
                let response = try await transport.send(
                    HTTPRequest(method: method, url: server.url, body: body.map { Array($0.utf8) }))
                #expect(response.status == 200)
                let request = try #require(server.requests.last)
                #expect(request.line == "\(method) / HTTP/1.1")
                #expect(request["content-length"] == length)
                #expect(request["content-type"] == nil)
                #expect(request.body == Array((body ?? "").utf8))
            }
        }
    }

    @Test func oneHandleCarriesAllKindsOneAfterTheOther() async throws {
        try await withServer(answerAllLikeHead) { server, transport in
            let kinds = [
                ("HEAD", nil), ("POST", "a"), ("GET", nil), ("PUT", "b"), ("DELETE", nil), ("HEAD", nil), ("GET", nil),
            ]
            for (method, body) in kinds as [(String, String?)] {
                _ = try await transport.send(
                    HTTPRequest(method: method, url: server.url, body: body.map { Array($0.utf8) }))
            }
            #expect(server.requests.map { String($0.line.prefix { $0 != " " }) } == kinds.map(\.0))
            #expect(server.requests.map { String(decoding: $0.body, as: UTF8.self) } == kinds.map { $0.1 ?? "" })
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test func aChangedHeaderIsSentWithTheNextRequest() async throws {
        try await withServer(answerAll) { server, transport in
            for token in ["a", "a", "b"] {
                _ = try await transport.send(
                    HTTPRequest(method: "GET", url: server.url, headers: [HTTPHeader("Authorization", token)]))
            }
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(server.requests.map { $0["authorization"] } == ["a", "a", "b", nil])
        }
    }

    @Test func chunksAreJoinedAndTrailersLeftOut() async throws {
        try await withServer { connection in
            while connection.receive() != nil {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n")
                connection.send("2\r\nef\r\n0\r\nX-Late: 1\r\n\r\n")
            }
        } test: { server, transport in
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.body == Array("abcdef".utf8))
            #expect(response[header: "x-late"] == nil)
        }
    }

    @Test func anInterimAnswerIsNotTheAnswer() async throws {
        try await withServer { connection in
            while connection.receive() != nil {
                connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
                connection.answer("204 No Content", headers: ["X-Real: yes"])
            }
        } test: { server, transport in
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.status == 204)
            #expect(response.body.isEmpty)
            #expect(response[header: "link"] == nil)
            #expect(response[header: "x-real"] == "yes")
        }
    }

    @Test func aLargeBodyGoesBothWays() async throws {
        let large = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try await withServer { connection in
            while let request = connection.receive() {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
                connection.send(request.body)
            }
        } test: { server, transport in
            let response = try await transport.send(HTTPRequest(method: "POST", url: server.url, body: large))
            #expect(response.body == large)
        }
    }

    @Test func anAnswerOfEveryStatusIsAnAnswer() async throws {
        try await withServer { connection in
            while let request = connection.receive() {
                connection.answer(String(request.line.split(separator: " ")[1].dropFirst()) + " Whatever", body: "b")
            }
        } test: { server, transport in
            for status in [200, 400, 401, 404, 409, 417, 422, 429, 500, 502, 503, 504] {
                let response = try await transport.send(HTTPRequest(method: "GET", url: server.url + "/\(status)"))
                #expect(response.status == status)
                #expect(response.body == [UInt8(ascii: "b")])
            }
            #expect(server.requests.count == 12)
        }
    }

    @Test func aRedirectIsAnAnswerAndTheTokenGoesNowhereElse() async throws {
        try await withServer(answerAll) { target, _ in
            let location = target.url
            try await withServer { connection in
                while connection.receive() != nil {
                    connection.answer("302 Found", headers: ["Location: \(location)/stolen"])
                }
            } test: { server, transport in
                let response = try await transport.send(
                    HTTPRequest(
                        method: "GET", url: server.url, headers: [HTTPHeader("Authorization", "Bearer secret")]))
                #expect(response.status == 302)
                #expect(response[header: "location"] == "\(location)/stolen")
                #expect(target.acceptedConnections == 0)
            }
        }
    }

    @Test func theLibrarySaysItsVersion() {
        #expect(CurlTransport.libraryVersion.hasPrefix("libcurl/"))
    }
}

/// As `answerAll`, with a length that is a lie for HEAD's answer, which has no body.
@Sendable private func answerAllLikeHead(_ connection: RawConnection) {
    while let request = connection.receive() {
        let isHead = request.line.hasPrefix("HEAD")
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(isHead ? 5 : 0)\r\n\r\n")
    }
}
