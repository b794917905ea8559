import JSON
import Seams
import TestSupport

@testable import Sandbox

/// The sandbox's rules on a clock that a test turns, without network.
struct Bench {
    var state: SandboxState
    let time = ManualTime()
    let random = SeededRandom(seed: 1)
    var token = ""

    /// A bench with a token in hand; two organizations where asked for.
    init(
        faults: SandboxFaults = SandboxFaults(), organizations: Int = 0, logCapacity: Int = 1000,
        configure: (inout SandboxSettings) -> Void = { _ in }
    ) {
        var settings = SandboxSettings()
        configure(&settings)
        settings.faults = faults
        settings.logCapacity = logCapacity
        state = SandboxState(settings)
        renewToken()
        for number in 0..<organizations {
            _ = call("POST", organizationsPath, #"{"name":"O\#(number)","externalId":"o\#(number)"}"#)
        }
    }

    mutating func renewToken() {
        token = tokenRequest()["access_token"]?.stringValue ?? ""
    }

    mutating func plan(
        _ method: String, _ target: String, _ body: String = "", contentType: String = "application/json",
        authorization: String? = nil
    ) -> SandboxState.Plan {
        let parts = target.split(separator: "?", maxSplits: 1)
        var query: [(name: String, value: String)] = []
        for item in parts.dropFirst().joined().split(separator: "&") {
            let name = item.prefix { $0 != "=" }
            query.append((String(name), String(item.dropFirst(name.count + 1))))
        }
        let call = Call(
            method: method, target: target, path: String(parts[0]), query: query,
            authorization: authorization ?? "Bearer \(token)", contentType: contentType, bytes: Array(body.utf8))
        return state.receive(call, now: time.now, wallTime: time.wallTime, random: random)
    }

    /// Makes a call whose answer is not held back.
    mutating func call(_ method: String, _ target: String, _ body: String = "") -> Reply {
        finish(plan(method, target, body))
    }

    mutating func finish(_ plan: SandboxState.Plan) -> Reply {
        state.finished(plan, now: time.now)
        return Reply(plan.outcome)
    }

    mutating func tokenRequest(
        _ path: String = "/oauth/token",
        form: String = "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox",
        authorization: String = ""
    ) -> Reply {
        finish(
            plan(
                "POST", path, form, contentType: "application/x-www-form-urlencoded", authorization: authorization))
    }
}

let purgePath = "/api/v2/purge"
let organizationsPath = "/api/v2/external-contacts/organizations"
let contactsPath = "/api/v2/external-contacts/contacts"

/// What came of a call.
struct Reply {
    /// 0 where the connection is closed or hangs.
    var status: Int
    var headers: [(name: String, value: String)] = []
    var text = ""

    init(_ outcome: SandboxState.Plan.Outcome) {
        status = outcome.status
        guard case .answer(let answer) = outcome else { return }
        headers = answer.headers
        text = String(decoding: answer.body, as: UTF8.self)
    }

    subscript(member: String) -> JSONValue? {
        (try? JSONValue(parsing: text))?[member]
    }

    var items: [JSONValue] { self["items"]?.elements ?? [] }
    var field: String? { self["details"]?.elements.first?["fieldName"]?.stringValue }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
