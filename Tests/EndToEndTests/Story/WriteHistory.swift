import JSON
import Sandbox
import Seams

/// What was written to each contact and organization of a stepped story, in the order of the API, each write by the step
/// of the event that it is of (of the last one where several were folded).
struct WriteHistory {
    struct Write: Equatable {
        var time: WallTime
        var step: Int
    }

    /// By external id.
    private(set) var writes: [String: [Write]]

    init(_ writes: [String: [Write]]) {
        self.writes = writes
    }

    init(_ calls: [LoggedCall]) {
        writes = [:]
        for call in calls {
            guard (200...299).contains(call.status), let document = call.sent,
                let name = document["externalId"]?.stringValue,
                let step = document["metadata"]?["step"]?.intValue
            else { continue }
            writes[name, default: []].append(Write(time: call.time, step: Int(step)))
        }
    }

    var count: Int { writes.values.reduce(0) { $0 + $1.count } }

    /// How many writes are of a step that had been written before, or of an earlier one.
    var repeated: Int {
        writes.values.reduce(0) { sum, writes in
            var greatest = -1
            return writes.reduce(sum) { sum, write in
                defer { greatest = max(greatest, write.step) }
                return write.step <= greatest ? sum + 1 : sum
            }
        }
    }

    /// The writes of a resource go forward. They may go back, and then forward again, once for each time that a replica
    /// was disturbed; not behind what was committed, which `late` shows.
    func order(disturbances: [WallTime]) -> (wrong: [String], returns: Int) {
        var wrong: [String] = []
        var returns = 0
        for (name, writes) in writes.sorted(by: { $0.key < $1.key }) {
            var head = -1
            var lastReturn = WallTime(milliseconds: 0)
            for write in writes {
                if write.step <= head {
                    returns += 1
                    if !disturbances.contains(where: { $0 > lastReturn && $0 <= write.time }) {
                        wrong.append(
                            "\(name): back from step \(head) to \(write.step) at \(write.time), without a cause since "
                                + "\(lastReturn)")
                    }
                    lastReturn = write.time
                }
                head = write.step
            }
        }
        return (wrong, returns)
    }

    /// The writes of events whose outcome had been written before: their worker had no right to them any more.
    ///
    /// - Parameter outcomes: When the outcome of each event was written, by name and step.
    func late(after outcomes: [String: [Int: WallTime]]) -> [(name: String, write: Write)] {
        writes.sorted { $0.key < $1.key }.flatMap { name, writes in
            writes.compactMap { write in
                // The two clocks are one, cut to milliseconds at different moments.
                guard let outcome = outcomes[name]?[write.step],
                    write.time.milliseconds > outcome.milliseconds + 1
                else { return nil }
                return (name, write)
            }
        }
    }
}
