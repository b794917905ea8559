import GenesysCloud
import JSON
import Relay
import Synchronization

/// External Contacts in memory, as strict as the guide describes it, with a log of its calls and faults on demand.
final class InMemoryGenesys: GenesysAPI {
    /// What happens to a call instead of its answer.
    enum Fault: Sendable {
        /// Nothing is done.
        case refused(GenesysError)
        /// It is done, and the answer never comes.
        case lost(GenesysError)
    }

    struct LoggedCall: Sendable, Equatable {
        enum Verb: String, Sendable {
            case find
            case get
            case create
            case replace
            case delete
        }

        var verb: Verb
        var type: ResourceType
        /// The external id of a look-up or POST, the Genesys id of all others.
        var name: String

        var isWrite: Bool {
            switch verb {
            case .find, .get: false
            case .create, .replace, .delete: true
            }
        }

        var operation: APIOperation {
            switch (verb, type) {
            case (.find, .contact), (.get, .contact): .readContact
            case (.find, .organization), (.get, .organization): .readOrganization
            case (.create, .contact): .createContact
            case (.create, .organization): .createOrganization
            case (.replace, .contact): .replaceContact
            case (.replace, .organization): .replaceOrganization
            case (.delete, .contact): .deleteContact
            case (.delete, .organization): .deleteOrganization
            }
        }
    }

    private struct State {
        var directory: InMemoryDirectory
        var log: [LoggedCall] = []
        var faultCount = 0
        var fault: (@Sendable (LoggedCall, Int) -> Fault?)?
        var pause: (@Sendable (LoggedCall) async -> Void)?
    }

    private let state: Mutex<State>

    init(_ directory: InMemoryDirectory = InMemoryDirectory()) {
        state = Mutex(State(directory: directory))
    }

    // MARK: What a test sees and sets

    var directory: InMemoryDirectory { state.withLock { $0.directory } }
    var log: [LoggedCall] { state.withLock { $0.log } }
    var writes: [LoggedCall] { log.filter(\.isWrite) }
    /// So many faults have happened.
    var faultCount: Int { state.withLock { $0.faultCount } }

    func change(_ body: (inout InMemoryDirectory) -> Void) { state.withLock { body(&$0.directory) } }

    func clearLog() { state.withLock { $0.log = [] } }

    /// Asked before each call, with the number of calls before it since the last `clearLog`; nil lets all calls through.
    func inject(_ fault: (@Sendable (LoggedCall, Int) -> Fault?)?) { state.withLock { $0.fault = fault } }

    /// Runs before each call is done.
    func pause(_ pause: (@Sendable (LoggedCall) async -> Void)?) { state.withLock { $0.pause = pause } }

    /// The process dies at call `number` (from 0), before or after it is done: no later call gets anywhere.
    func crash(atCall number: Int, afterDoing: Bool) {
        clearLog()
        inject { _, count in
            let death = GenesysError(.cancelled, message: "the process died", mayHaveHappened: true)
            if count < number { return nil }
            return count == number && afterDoing ? .lost(death) : .refused(death)
        }
    }

    // MARK: GenesysAPI

    func find(
        _ type: ResourceType, externalID: String, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue? {
        try await call(.find, type, externalID, .always, &tally) { directory throws(GenesysError) in
            directory.find(type, externalID: externalID)
        }
    }

    func get(_ type: ResourceType, id: String, tally: inout CallTally) async throws(GenesysError) -> JSONValue? {
        try await call(.get, type, id, .always, &tally) { directory throws(GenesysError) in directory[type, id] }
    }

    func create(
        _ type: ResourceType, _ resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue {
        try await call(.create, type, resource["externalId"]?.stringValue ?? "", permit, &tally) {
            directory throws(GenesysError) in
            try directory.create(type, resource)
        }
    }

    func replace(
        _ type: ResourceType, id: String, with resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue {
        try await call(.replace, type, id, permit, &tally) { directory throws(GenesysError) in
            try directory.replace(type, id: id, with: resource)
        }
    }

    func delete(
        _ type: ResourceType, id: String, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> Bool {
        try await call(.delete, type, id, permit, &tally) { directory throws(GenesysError) in
            try directory.delete(type, id: id)
        }
    }

    func page(
        _ type: ResourceType, organizationID: String?, number: Int, size: Int, tally: inout CallTally
    ) async throws(GenesysError) -> ResourcePage {
        throw GenesysError(.invalidRequest, status: 400, message: "the appliers never page")
    }

    private func call<Answer: Sendable>(
        _ verb: LoggedCall.Verb, _ type: ResourceType, _ name: String, _ permit: WritePermit,
        _ tally: inout CallTally,
        _ body: (inout InMemoryDirectory) throws(GenesysError) -> Answer
    ) async throws(GenesysError) -> Answer {
        let call = LoggedCall(verb: verb, type: type, name: name)
        if let pause = state.withLock({ $0.pause }) { await pause(call) }
        guard permit.isGiven else { throw GenesysError(.withdrawn, message: "withdrawn") }
        tally.requests += 1
        do throws(GenesysError) {
            let answer = try answer(call, body)
            tally.answered.insert(APIOperations(call.operation))
            return answer
        } catch {
            var error = error
            error.operation = call.operation
            switch error.kind {
            case .notFound, .conflict, .invalidRequest: tally.answered.insert(APIOperations(call.operation))
            default: break
            }
            throw error
        }
    }

    private func answer<Answer: Sendable>(
        _ call: LoggedCall, _ body: (inout InMemoryDirectory) throws(GenesysError) -> Answer
    ) throws(GenesysError) -> Answer {
        try state.withLock { state throws(GenesysError) -> Answer in
            let fault = state.fault?(call, state.log.count)
            state.log.append(call)
            if fault != nil { state.faultCount += 1 }
            switch fault {
            case .refused(let error): throw error
            case .lost(let error):
                _ = try? body(&state.directory)
                throw error
            case nil: return try body(&state.directory)
            }
        }
    }
}
