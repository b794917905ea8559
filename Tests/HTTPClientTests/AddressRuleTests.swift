import Glibc
import HTTPClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AddressRuleTests {
    @Test func nothingArrivesAtAnAddressThatIsRefused() async throws {
        try await withServer(answerAll) { server, transport in
            let asked = Asked()
            let error = await failure(of: post(server.url + "/p?q=hush", asked.rule { _ in false }), with: transport)
            #expect(error?.kind == .addressRefused)
            #expect(error?.delivery == .notSent)
            #expect(error?.description.contains("hush") == false)
            #expect(asked.addresses == [RemoteAddress(literal: "127.0.0.1", port: server.port)])
            #expect(server.acceptedConnections == 0)
        }
    }

    @Test func anAddressThatIsAllowedIsConnectedTo() async throws {
        try await withServer(answerAll) { server, transport in
            let response = try await transport.send(post(server.url, AddressRule { _ in true }))
            #expect(response.status == 200)
            #expect(server.requests.map(\.body) == [[1]])
        }
    }

    @Test func aNameIsJudgedByTheAddressesThatItHas() async throws {
        try await withServer(answerAll) { server, transport in
            let asked = Asked()
            let url = "http://localhost:\(server.port)/"
            let error = await failure(of: post(url, asked.rule { _ in false }), with: transport)
            #expect(error?.kind == .addressRefused)
            let loopback = ["127.0.0.1", "::1"].map { RemoteAddress(literal: $0, port: server.port) }
            #expect(asked.addresses.contains(loopback[0]!))
            #expect(asked.addresses.allSatisfy { loopback.contains($0) })
            #expect(server.acceptedConnections == 0)
        }
    }

    @Test func whereOneOfSeveralAddressesIsRefusedTheNextIsTried() async throws {
        try await withServer(answerAll) { server, transport in
            let url = "http://localhost:\(server.port)/"
            let response = try await transport.send(post(url, AddressRule { $0.bytes == [127, 0, 0, 1] }))
            #expect(response.status == 200)
        }
    }

    @Test func anAllowedAddressWhereNobodyListensIsNoRefusal() async throws {
        try await withServer(answerAll) { server, transport in
            server.stopListening()
            let url = "http://localhost:\(server.port)/"
            let error = await failure(of: post(url, AddressRule { $0.bytes.count == 4 }), with: transport)
            #expect(error?.kind == .connectFailed)
        }
    }

    @Test func anIPv6AddressIsSeenWhole() async throws {
        let transport = CurlTransport(.init(proxy: .none))
        let asked = Asked()
        let error = await failure(of: post("http://[2001:db8::a:1]:8443/", asked.rule { _ in false }), with: transport)
        #expect(error?.kind == .addressRefused)
        #expect(asked.addresses == [RemoteAddress(literal: "2001:db8::a:1", port: 8443)])
        await transport.close()
    }

    @Test func aConnectionThatStandsIsNotTakenAndNoneIsLeftBehind() async throws {
        try await withServer(answerAll) { server, transport in
            let plain = HTTPRequest(method: "GET", url: server.url)
            _ = try await transport.send(plain)
            let error = await failure(of: post(server.url, AddressRule { _ in false }), with: transport)
            #expect(error?.kind == .addressRefused)
            _ = try await transport.send(post(server.url, AddressRule { _ in true }))
            _ = try await transport.send(post(server.url, AddressRule { _ in true }))
            _ = try await transport.send(plain)
            // The plain ones share the first connection, those with a rule had one each.
            #expect(server.acceptedConnections == 3)
        }
        try await withServer(answerAll) { server, transport in
            _ = try await transport.send(post(server.url, AddressRule { _ in true }))
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(server.acceptedConnections == 2)
        }
    }

    @Test func aRequestAfterOneWithARuleIsNotJudged() async throws {
        try await withServer(answerAll) { server, transport in
            _ = await failure(of: post(server.url, AddressRule { _ in false }), with: transport)
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.status == 200)
        }
    }

    /// Else the proxy would be judged in the place of the host, and would go where it likes.
    @Test func aProxyOfTheEnvironmentIsNotUsed() async throws {
        let proxy = RawServer { connection in
            _ = connection.receive()
            connection.answer("403 Forbidden")
        }
        // Asked for an https URL alone, which no other test sends by way of the environment.
        let name = "https_proxy"
        let before = getenv(name).map { String(cString: $0) }
        setenv(name, proxy.url, 1)
        defer {
            setenv(name, before ?? "", 1)
            proxy.stop()
        }
        try await withServer(settings: CurlTransport.Settings(proxy: .environment)) { connection in
            connection.send("no TLS here")
            connection.waitForEnd()
        } test: { server, transport in
            let url = "https://127.0.0.1:\(server.port)/"
            let plain = HTTPRequest(method: "POST", url: url, body: [1])
            #expect(await failure(of: plain, with: transport)?.kind == .connectFailed)
            #expect(proxy.acceptedConnections == 1)

            let asked = Asked()
            let ruled = await failure(of: post(url, asked.rule { _ in true }), with: transport)
            #expect(ruled?.kind == .tlsFailed)
            #expect(asked.addresses.map(\.port) == [server.port])
            #expect(server.acceptedConnections == 1)
            #expect(proxy.acceptedConnections == 1)

            // The same handle goes back to the proxy for who has no rule.
            #expect(await failure(of: plain, with: transport)?.kind == .connectFailed)
            #expect(proxy.acceptedConnections == 2)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsAnAnswerAndIsNotFollowed(status: Int) async throws {
        try await withServer { connection in
            while connection.receive() != nil {
                connection.answer(
                    "\(status) Elsewhere", headers: ["Location: http://127.0.0.1:\(connection.server.port)/next"])
            }
        } test: { server, transport in
            for rule in [nil, AddressRule { _ in true }] {
                var request = HTTPRequest(method: "POST", url: server.url + "/first", body: [1])
                request.addressRule = rule
                let response = try await transport.send(request)
                #expect(response.status == status)
            }
            #expect(server.requests.map(\.line) == Array(repeating: "POST /first HTTP/1.1", count: 2))
        }
    }
}

private func post(_ url: String, _ rule: AddressRule) -> HTTPRequest {
    HTTPRequest(method: "POST", url: url, body: [1], addressRule: rule)
}

/// Notes what a rule was asked.
private final class Asked: Sendable {
    private let seen = Mutex<[RemoteAddress]>([])

    var addresses: [RemoteAddress] { seen.withLock { $0 } }

    func rule(_ answer: @escaping @Sendable (RemoteAddress) -> Bool) -> AddressRule {
        AddressRule { address in
            self.seen.withLock { $0.append(address) }
            return answer(address)
        }
    }
}
