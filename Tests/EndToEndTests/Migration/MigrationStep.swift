import Sandbox
import Testing

/// A moment within a move: a call of it has arrived, and is either handled or not.
struct MigrationStep: Sendable, CustomTestStringConvertible {
    enum Call: String, CaseIterable {
        case createCopy = "POST"
        case readCopy = "GET"
        case deleteSource = "DELETE"
        case giveExternalID = "PUT"
    }

    var call: Call
    var isHandled: Bool

    static let all = Call.allCases.flatMap { call in
        [false, true].map { MigrationStep(call: call, isHandled: $0) }
    }

    var testDescription: String { "\(call), \(isHandled ? "handled" : "not handled")" }

    /// Whether the move was over, and only its answer and its outcome were missing.
    var isOver: Bool { call == .giveExternalID && isHandled }

    /// How many contacts there are when as many moves have all come to this step.
    func contactsAtKill(of moves: Int) -> Int {
        switch call {
        case .createCopy: isHandled ? 2 * moves : moves
        case .readCopy: 2 * moves
        case .deleteSource: isHandled ? moves : 2 * moves
        case .giveExternalID: moves
        }
    }

    /// What keeps the step's call from being answered, in a directory that gives the copies these ids.
    func rules(copies: [String]) -> [FaultRule] {
        let effect: FaultRule.Effect = isHandled ? .hangAfterHandling : .hang
        let contacts = "/api/v2/external-contacts/contacts"
        switch call {
        case .createCopy: return [FaultRule(effect, method: "POST", path: contacts)]
        // A move reads its source too.
        case .readCopy: return copies.map { FaultRule(effect, method: "GET", path: "\(contacts)/\($0)") }
        case .deleteSource, .giveExternalID: return [FaultRule(effect, method: call.rawValue, path: contacts + "/*")]
        }
    }
}
