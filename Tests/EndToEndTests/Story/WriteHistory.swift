import JSON
import Sandbox
import Seams

/// What was written to each contact and organization of a stepped story, in the order of the API, each write by the step
/// of the event that it is of (of the last one where several were folded).
struct WriteHistory {
    struct Write {
        var time: WallTime
        var step: Int
    }

    private(set) var writes: [String: [Write]] = [:]
    private(set) var refusals: [String] = []
    private(set) var creations = 0

    init(_ calls: [LoggedCall]) {
        for call in calls {
            if call.status >= 400 { refusals.append("\(call.time) \(call.method) \(call.target): \(call.status)") }
            guard (200...299).contains(call.status), let document = call.sent,
                let name = document["externalId"]?.stringValue,
                let step = document["metadata"]?["step"]?.intValue
            else { continue }
            if call.method == "POST" { creations += 1 }
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
}
