import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct HostileTests {
    private static let limits = {
        var limits = ServerLimits()
        limits.bodyBytes = 1000
        limits.headerBytes = 8192
        return limits
    }()

    private func withEcho(idleTimeout: Duration = .seconds(60), _ body: (HTTPServer) throws -> Void) throws {
        var limits = Self.limits
        limits.idleTimeout = idleTimeout
        try withServer(limits: limits) { request, responder in
            responder.respond(ServerResponse(status: 200, body: request.body))
        } _: { server in
            try body(server)
            var answer: RawAnswer?
            // A pause can use up the time that a silent connection has: then it is tried again.
            for _ in 0..<3 where answer == nil {
                let client = try #require(RawConnection(port: server.port))
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nalive")
                answer = client.readAnswer()
            }
            #expect(answer?.body == "alive")
        }
    }

    @Test func aBodyOfTheLimitIsTakenAndALongerOneIs413() throws {
        try withEcho { server in
            for (length, status) in [(1000, 200), (1001, 413), (1_000_000, 413)] {
                let client = try #require(RawConnection(port: server.port))
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n")
                if status == 200 { client.send([UInt8](repeating: 65, count: length)) }
                #expect(client.readAnswer()?.status == status)
            }
        }
    }

    @Test func aChunkedBodyThatGrowsTooLongIs413() throws {
        try withEcho { server in
            let client = try #require(RawConnection(port: server.port))
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<30 { client.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n") }
            client.send("0\r\n\r\n")
            #expect(client.readAnswer()?.status == 413)
        }
    }

    private static let malformed = [
        "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 20000) + "\r\n\r\n",
        "GET /" + String(repeating: "x", count: 20000) + " HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "nonsense\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
    ]

    @Test(arguments: malformed.indices)
    func aMalformedRequestIsRefusedOrCutOff(_ index: Int) throws {
        let request = Self.malformed[index]
        // libmicrohttpd can miss the end of a half-sent request; the time-out is what frees its connection then.
        try withEcho(idleTimeout: .seconds(1)) { server in
            let client = try #require(RawConnection(port: server.port))
            client.send(request)
            client.endSending()
            let answer = client.readToEnd()
            let words = answer.split(separator: " ")
            #expect(answer.isEmpty || words.count > 1 && (words[1].first == "4" || words[1].first == "5"))
        }
    }

    @Test func randomBytesDoNoHarm() throws {
        let random = SeededRandom(seed: 7)
        let head = Array("POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nX-Y: z\r\n\r\nbody".utf8)
        try withEcho { server in
            for _ in 0..<300 {
                var bytes = head
                for _ in 0...random.below(6) {
                    bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                let client = try #require(RawConnection(port: server.port))
                client.send(Array(bytes.prefix(1 + random.below(bytes.count))))
                client.endSending()
            }
        }
    }

    @Test func aClientThatLeavesInTheMiddleDoesNoHarm() throws {
        try withEcho { server in
            for _ in 0..<50 {
                let client = try #require(RawConnection(port: server.port))
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\nhalf")
            }
        }
    }
}
