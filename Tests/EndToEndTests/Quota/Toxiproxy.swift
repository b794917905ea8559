import Foundation
import HTTPClient
import JSON
import ProcessSupport

/// A real TCP proxy in front of an API, which can be made to refuse connections while the API lives on.
final class Toxiproxy: Sendable {
    private static let program = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("../shared/tools/toxiproxy-server").standardized

    static let isThere = FileManager.default.isExecutableFile(atPath: program.path)

    /// Where the API is reached by way of the proxy.
    let url: String
    private let control: String
    private let transport: CurlTransport

    /// Starts one, hands it to `body` and ends it in any case.
    static func running<Result>(
        before upstream: String, _ body: (Toxiproxy) async throws -> Result
    ) async throws -> Result {
        let port = Int.random(in: 20_000..<32_000)
        let process = try ProgramProcess(["-host", "127.0.0.1", "-port", "\(port)"], program: program)
        defer {
            process.end()
            try? FileManager.default.removeItem(at: process.logFile)
        }
        let transport = CurlTransport(CurlTransport.Settings(proxy: .none))
        let result: Swift.Result<Result, any Error>
        do {
            let control = "http://127.0.0.1:\(port)/proxies"
            try await eventually("Toxiproxy answers") {
                guard process.isRunning else { throw ProgramFailure(process.logTail) }
                return (try? await transport.send(HTTPRequest(method: "GET", url: control)).status) == 200
            }
            let made: JSONValue = [
                "name": "api", "listen": "127.0.0.1:0",
                "upstream": .string(String(upstream.dropFirst("http://".count))),
            ]
            let answer = try await transport.send(HTTPRequest(method: "POST", url: control, body: made.bytes))
            guard let listen = try JSONValue(parsing: answer.body)["listen"]?.stringValue else {
                throw ProgramFailure("no proxy: \(answer.status)")
            }
            result = .success(try await body(Toxiproxy("http://\(listen)", control + "/api", transport)))
        } catch {
            result = .failure(error)
        }
        await transport.close()
        return try result.get()
    }

    private init(_ url: String, _ control: String, _ transport: CurlTransport) {
        self.url = url
        self.control = control
        self.transport = transport
    }

    /// Whether connections are let through; those that are open end when they no longer are.
    func set(isOpen: Bool) async throws {
        let change: JSONValue = ["enabled": .bool(isOpen)]
        let answer = try await transport.send(HTTPRequest(method: "POST", url: control, body: change.bytes))
        guard answer.status == 200 else { throw ProgramFailure("the proxy answers \(answer.status)") }
    }
}
