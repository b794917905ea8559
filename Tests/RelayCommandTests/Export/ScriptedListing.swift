import GenesysCloud
import JSON
import Synchronization

/// An API that only lists: what it answers to each question for a page is asked of a closure.
final class ScriptedListing: GenesysAPI {
    typealias Script = @Sendable (_ page: Int, _ question: Int) throws(GenesysError) -> ResourcePage

    private let asked = Mutex<[Int]>([])
    private let script: Script

    /// `question` counts all questions from 1.
    init(_ script: @escaping Script) {
        self.script = script
    }

    /// The numbers of the pages that were asked for.
    var pages: [Int] { asked.withLock { $0 } }

    func page(
        _ type: ResourceType, organizationID: String?, number: Int, size: Int, tally: inout CallTally
    ) async throws(GenesysError) -> ResourcePage {
        let question = asked.withLock { asked in
            asked.append(number)
            return asked.count
        }
        return try script(number, question)
    }

    private static let unasked = GenesysError(.invalidRequest, message: "an export does not ask for this")

    func find(
        _ type: ResourceType, externalID: String, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue? { throw Self.unasked }

    func get(_ type: ResourceType, id: String, tally: inout CallTally) async throws(GenesysError) -> JSONValue? {
        throw Self.unasked
    }

    func create(
        _ type: ResourceType, _ resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue { throw Self.unasked }

    func replace(
        _ type: ResourceType, id: String, with resource: JSONValue, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> JSONValue { throw Self.unasked }

    func delete(
        _ type: ResourceType, id: String, permit: WritePermit, tally: inout CallTally
    ) async throws(GenesysError) -> Bool { throw Self.unasked }
}

extension ResourcePage {
    /// A page of resources that have nothing but these ids.
    init(_ ids: [String], hasNext: Bool) {
        self.init(items: ids.map { .object([("id", .string($0))]) }, hasNext: hasNext)
    }
}
