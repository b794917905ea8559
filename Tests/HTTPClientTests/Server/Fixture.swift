import HTTPClient
import Testing

/// Runs a test with a server and a transport, and ends both.
func withServer<R>(
    settings: CurlTransport.Settings = CurlTransport.Settings(proxy: .none),
    _ script: @escaping @Sendable (RawConnection) -> Void,
    test: (RawServer, CurlTransport) async throws -> R
) async throws -> R {
    let server = RawServer(script)
    let transport = CurlTransport(settings)
    do {
        let result = try await test(server, transport)
        await transport.close()
        server.stop()
        return result
    } catch {
        await transport.close()
        server.stop()
        throw error
    }
}

/// The error that a request ends with.
func failure(of request: HTTPRequest, with transport: CurlTransport) async -> HTTPError? {
    do throws(HTTPError) {
        _ = try await transport.send(request)
        return nil
    } catch {
        return error
    }
}

/// Answers every request with an empty 200, as long as the client comes.
@Sendable func answerAll(_ connection: RawConnection) {
    while connection.receive() != nil { connection.answer() }
}

/// Receives and says nothing.
@Sendable func neverAnswer(_ connection: RawConnection) {
    _ = connection.receive()
    connection.waitForEnd()
}
