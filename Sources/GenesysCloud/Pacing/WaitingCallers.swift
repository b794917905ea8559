/// The callers that wait at the gate, first in first out within each class. Pure.
///
/// Whoever sleeps for the others is left out of the choice while it does and somebody else decides: it cannot be woken.
struct WaitingCallers: Sendable {
    private struct Caller {
        var requestClass: RequestClass
        var sleeps = false
    }

    /// Ids in the order of their coming, also of callers that have gone.
    private struct Line {
        var ids: [Int] = []
        var head = 0
        var count = 0
    }

    private var callers: [Int: Caller] = [:]
    private var lines = RequestClass.allCases.map { _ in Line() }

    var isEmpty: Bool { callers.isEmpty }
    func count(of requestClass: RequestClass) -> Int { lines[requestClass.rawValue].count }

    mutating func append(_ id: Int, _ requestClass: RequestClass) {
        callers[id] = Caller(requestClass: requestClass)
        lines[requestClass.rawValue].ids.append(id)
        lines[requestClass.rawValue].count += 1
    }

    mutating func setSleeps(_ id: Int, _ sleeps: Bool) {
        callers[id]?.sleeps = sleeps
    }

    /// The first of a class that does not sleep.
    mutating func first(of requestClass: RequestClass) -> Int? {
        var index = lines[requestClass.rawValue].head
        while index < lines[requestClass.rawValue].ids.count {
            let id = lines[requestClass.rawValue].ids[index]
            if let caller = callers[id] {
                if !caller.sleeps { return id }
            } else if index == lines[requestClass.rawValue].head {
                lines[requestClass.rawValue].head += 1
            }
            index += 1
        }
        return nil
    }

    /// Takes a caller out; nil when it is not here (any more).
    @discardableResult mutating func remove(_ id: Int) -> RequestClass? {
        guard let requestClass = callers.removeValue(forKey: id)?.requestClass else { return nil }
        lines[requestClass.rawValue].count -= 1
        tidy(requestClass.rawValue)
        return requestClass
    }

    /// Forgets who has gone, in time proportional to what is forgotten.
    private mutating func tidy(_ index: Int) {
        guard lines[index].ids.count > 2 * lines[index].count + 32 else { return }
        lines[index].ids.removeSubrange(..<lines[index].head)
        lines[index].ids.removeAll { callers[$0] == nil }
        lines[index].head = 0
    }
}
