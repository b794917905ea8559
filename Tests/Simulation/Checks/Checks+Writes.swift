import Seams

/// The writes of one lane to the API.
struct LaneWrites {
    /// The place in the lane of what the API holds.
    var lastLanded = -1
    /// The assignment under which it was written.
    var lastAssignment = -1
    /// The greatest place whose write was answered, and under which assignment.
    var lastAnswered = -1
    var answeredAssignment = -1
}

/// What is written to the API: the order of promise 2, and that nobody writes who may not.
extension Checks {
    /// What is known of a write when it is sent.
    struct Ticket {
        var process: SimulatedProcess
        var assignment: Int
        var index: Int?
    }

    func sends(_ write: SimulatedAPI.Write, by process: SimulatedProcess) -> Ticket {
        guard let lane = write.name, lanes[lane] != nil else {
            return Ticket(process: process, assignment: -1, index: nil)
        }
        let partition = partitionOfLane(lane)
        let assignment = assignment(process, partition) ?? -1
        let index = place(of: write, in: lane, assignment)
        // Who was thrown out and does not know it yet does no harm before there is another owner.
        if let owner = owner(partition), owner !== process {
            violated(
                "\(process.name) sends \(write.method) \(write.mark ?? "") of \(lane), whose partition \(partition) is \(owner.name)'s",
                lane: lane, partition: partition)
        }
        guard let index else {
            violated(
                "\(process.name) sends \(write.method) \(write.mark ?? "") of \(lane) after the outcomes of all that asks for it",
                lane: lane, partition: partition)
            return Ticket(process: process, assignment: assignment, index: nil)
        }
        let writes = writes[lane] ?? LaneWrites()
        if index < writes.lastLanded, writes.lastAssignment == assignment {
            violated(
                "\(process.name) goes back from \(lane)[\(writes.lastLanded)] to \(lane)[\(index)] under one assignment",
                lane: lane, partition: partition)
        }
        if index <= writes.lastAnswered, writes.answeredAssignment == assignment {
            violated(
                "\(process.name) writes \(lane)[\(index)] again, which was answered, under one assignment", lane: lane,
                partition: partition)
        }
        return Ticket(process: process, assignment: assignment, index: index)
    }

    func landed(_ write: SimulatedAPI.Write, _ ticket: Ticket) {
        guard let lane = write.name, let index = ticket.index else { return }
        writes[lane, default: LaneWrites()].lastLanded = index
        writes[lane, default: LaneWrites()].lastAssignment = ticket.assignment
    }

    func answered(_ write: SimulatedAPI.Write, _ ticket: Ticket) {
        guard let lane = write.name, let index = ticket.index else { return }
        writes[lane, default: LaneWrites()].lastAnswered = index
        writes[lane, default: LaneWrites()].answeredAssignment = ticket.assignment
    }

    /// Which event a write comes from: its last one where it carries several; nil where the outcomes of all that it can
    /// come from are committed.
    private func place(of write: SimulatedAPI.Write, in lane: String, _ assignment: Int) -> Int? {
        if let mark = write.mark, let index = Int(mark.dropFirst()) {
            if !hasOutcome(lane, index) || !isTransactional { return index }
            guard let alias = aliases[lane]?[index], !hasOutcome(lane, alias) else { return nil }
            return alias
        }
        // A deletion does not say which.
        let open = (lanes[lane] ?? []).map { entries[$0].event }.filter { event in
            event.verb == .deleted && (!isTransactional || !hasOutcome(lane, event.index))
        }
        let last = writes[lane].map { $0.lastAssignment == assignment ? $0.lastLanded : -1 } ?? -1
        return (open.first { $0.index > last } ?? open.first)?.index
    }
}
