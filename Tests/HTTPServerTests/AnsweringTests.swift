import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct AnsweringTests {
    @Test func theHandlerSeesTheWholeRequest() throws {
        try withServer { request, responder in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
            let text = """
                \(request.method) \(request.path) \(query) \(request[header: "x-a"] ?? "-") \
                \(String(decoding: request.body, as: UTF8.self)) \(request.remote)
                """
            responder.respond(ServerResponse(status: 201, headers: [("X-B", "b")], body: Array(text.utf8)))
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("PUT /a%20b?c=d HTTP/1.1\r\nHost: h\r\nX-A: v\r\nContent-Length: 4\r\n\r\nbody")
            let answer = try #require(client.readAnswer())
            #expect(answer.status == 201)
            #expect(answer.headers["x-b"] == "b")
            #expect(answer.body == "PUT /a b c=d v body 127.0.0.1")
        }
    }

    @Test func aChunkedBodyArrivesWhole() throws {
        try withServer { request, responder in
            responder.respond(ServerResponse(status: 200, body: request.body))
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            #expect(client.readAnswer()?.body == "abcde")
        }
    }

    @Test func oneConnectionCarriesManyRequests() throws {
        try withServer { request, responder in
            responder.respond(ServerResponse(status: 200, text: request.path))
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            for number in 1...20 {
                client.send("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.readAnswer()?.body == "/\(number)")
            }
        }
    }

    @Test func aResponderThatIsLetGoAnswers500() throws {
        try withServer { _, _ in
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.readAnswer()?.status == 500)
        }
    }

    @Test func onlyTheFirstAnswerCounts() throws {
        try withServer { _, responder in
            responder.respond(ServerResponse(status: 202))
            responder.respond(ServerResponse(status: 203))
            responder.drop()
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.readAnswer()?.status == 202)
        }
    }

    @Test func anImpossibleStatusIs500AndBrokenHeadersAreLeftOut() throws {
        try withServer { _, responder in
            responder.respond(ServerResponse(status: 7, headers: [("X-A", "a\r\nX-Evil: 1"), ("X-B", "b")]))
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try #require(client.readAnswer())
            #expect(answer.status == 500)
            #expect(answer.headers["x-evil"] == nil)
            #expect(answer.headers["x-b"] == "b")
        }
    }

    @Test func aDroppedRequestGetsNotAByte() throws {
        try withServer { _, responder in
            responder.drop()
        } _: { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.readToEnd() == "")
        }
    }

    @Test func aSecondServerOnThePortCannotListen() throws {
        try withServer { _, responder in
            responder.drop()
        } _: { server in
            let second = HTTPServer(host: "127.0.0.1", port: server.port) { _, _ in }
            #expect { try second.start() } throws: { ($0 as? HTTPServerError)?.kind == .cannotListen }
            #expect { try server.start() } throws: { ($0 as? HTTPServerError)?.kind == .alreadyStarted }
        }
    }

    @Test func aHostThatIsNoneIsRefused() {
        let server = HTTPServer(host: "no such host", port: 0) { _, _ in }
        #expect { try server.start() } throws: { ($0 as? HTTPServerError)?.kind == .invalidHost }
    }
}
