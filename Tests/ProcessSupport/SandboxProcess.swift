import Foundation
import HTTPClient
public import JSON

/// `contact-relay sandbox` as a process of its own: the API that counts by itself.
public final class SandboxProcess: Sendable {
    /// The program.
    public let program: ProgramProcess
    /// Where it listens.
    public let url: String
    private let transport = CurlTransport(CurlTransport.Settings(proxy: .none))

    /// Starts one, hands it to `body` and ends it in any case.
    ///
    /// - Parameters:
    ///   - requestsPerMinute: The rate limit; 0 sets none.
    ///   - options: More of the command's.
    public static func running<Result>(
        requestsPerMinute: Int = 0, _ options: [String] = [], _ body: (SandboxProcess) async throws -> Result
    ) async throws -> Result {
        let program = try ProgramProcess(
            ["sandbox", "--port", "0", "--requests-per-minute", "\(requestsPerMinute)"] + options)
        defer {
            program.end()
            try? FileManager.default.removeItem(at: program.logFile)
        }
        let sandbox = try await SandboxProcess(program)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(sandbox))
        } catch {
            result = .failure(error)
        }
        await sandbox.transport.close()
        return try result.get()
    }

    private init(_ program: ProgramProcess) async throws {
        self.program = program
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        let words = "the sandbox listens on "
        while true {
            // The whole line: what stands there may be half written.
            let lines = program.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.hasPrefix(words) }) {
                url = String(line.dropFirst(words.count))
                return
            }
            guard program.isRunning, clock.now < deadline else {
                throw ProgramFailure("the sandbox does not start: \(program.text)")
            }
            try await clock.sleep(for: .milliseconds(30))
        }
    }

    /// Changes the faults that are named, as `PATCH /sandbox/faults` does.
    public func patch(_ faults: JSONValue) async throws { _ = try await ask("PATCH", "faults", faults) }

    /// Makes every token that was given out invalid.
    public func revokeTokens() async throws { _ = try await ask("POST", "revoke-tokens") }

    /// What it counted since its start.
    public func statistics() async throws -> SandboxCount { SandboxCount(try await ask("GET", "statistics")) }

    /// All that is stored: `organizations` and `contacts`.
    public func state() async throws -> JSONValue { try await ask("GET", "state") }

    /// Makes an organization, by the API.
    public func makeOrganization(_ externalID: String) async throws {
        let form = "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox"
        let answer = try await transport.send(
            HTTPRequest(
                method: "POST", url: "\(url)/oauth/token",
                headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8)))
        let token = try JSONValue(parsing: answer.body)["access_token"]?.stringValue ?? ""
        _ = try await send(
            "POST", "/api/v2/external-contacts/organizations",
            ["name": .string(externalID), "externalId": .string(externalID)],
            [HTTPHeader("Authorization", "Bearer \(token)")])
    }

    private func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        try await send(method, "/sandbox/\(path)", body)
    }

    private func send(
        _ method: String, _ path: String, _ body: JSONValue?, _ headers: [HTTPHeader] = []
    ) async throws -> JSONValue {
        let answer = try await transport.send(
            HTTPRequest(
                method: method, url: url + path,
                headers: headers + [HTTPHeader("Content-Type", "application/json")], body: body?.bytes))
        guard (200...299).contains(answer.status) else {
            throw ProgramFailure("\(method) \(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return answer.body.isEmpty ? nil : try JSONValue(parsing: answer.body)
    }
}
