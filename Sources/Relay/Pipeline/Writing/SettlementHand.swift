import KafkaClient
import Seams

/// What the writer has taken from the queue and not got into the log yet, and what is tried next: pure.
///
/// What failed is tried again first. What was refused for its own sake is halved until the record at fault is alone, and
/// that one is made smaller. What its topic refuses waits, alone, while others pass.
struct SettlementHand {
    typealias Entry = SettlementQueue.Entry

    /// What is tried together.
    struct Attempt {
        var entries: [Entry]
        /// Whether nothing else may travel with it.
        var isAlone: Bool
    }

    private var again: [Entry] = []
    private var groups: [[Entry]] = []
    private var refused: [Entry] = []
    private var held: [Entry] = []
    private var failurePause = RetryPause()
    private var refusalPause = RetryPause()
    /// Attempts that failed in a row.
    private(set) var failures = 0

    /// How many wait for their topic.
    var refusedCount: Int { refused.count }

    /// How many wait for room in their partition's map.
    var heldCount: Int { held.count }

    /// The place of the first that is tried again soon, which what its topic refuses is not.
    ///
    /// - Parameter moved: Partitions of which something got in, so that there may be room in their maps now.
    func firstDue(moved: Set<TopicPartition>) -> Int64? {
        let due = [again, held.filter { moved.contains($0.settlement.partition) }] + groups
        return due.joined().lazy.map(\.number).min()
    }

    /// The partitions whose map has no room for all that is in it; an attempt that is alone leaves them as they are.
    var heldPartitions: Set<TopicPartition> { Set(held.lazy.map(\.settlement.partition)) }

    /// Whether everything waits because the last attempt failed.
    func isPausing(at now: Moment) -> Bool {
        failurePause.end.map { now < $0 } ?? false
    }

    /// Whether there is nothing in it.
    var isEmpty: Bool { again.isEmpty && groups.isEmpty && refused.isEmpty && held.isEmpty }

    /// When something is due that is not now; nil when only new settlements can bring anything.
    func wakeUp(at now: Moment) -> Moment? {
        // A pause that is over, with nothing left of what failed, is nothing to wake for.
        if let end = failurePause.end, end > now { return end }
        return refused.isEmpty ? nil : refusalPause.end
    }

    /// Whether something other than new settlements may be tried now.
    func isDue(at now: Moment) -> Bool {
        if isPausing(at: now) { return false }
        return !again.isEmpty || !groups.isEmpty || isRefusalDue(at: now)
    }

    private func isRefusalDue(at now: Moment) -> Bool {
        !refused.isEmpty && refusalPause.end.map { now >= $0 } ?? true
    }

    /// Takes out what is tried next; nothing while there is a pause.
    mutating func next(from queue: inout SettlementQueue, limit: Int, at now: Moment) -> Attempt {
        if isPausing(at: now) { return Attempt(entries: [], isAlone: false) }
        if !groups.isEmpty {
            return Attempt(entries: withoutHeldLanes(withoutRefusedLanes(groups.removeFirst())), isAlone: true)
        }
        if isRefusalDue(at: now) {
            let due = refused.sorted { $0.number < $1.number }
            refused = []
            return Attempt(entries: withoutHeldLanes(due), isAlone: true)
        }
        // What is held takes nobody's place: most of it will be held again.
        let kept = (held + again).sorted { $0.number < $1.number }
        let room = max(1, limit - again.count)
        (held, again) = ([], [])
        return Attempt(entries: withoutRefusedLanes(kept + queue.take(room)), isAlone: false)
    }

    /// What comes later in the lane of something refused waits with it: the order of a lane is that of the log.
    private mutating func withoutRefusedLanes(_ entries: [Entry]) -> [Entry] {
        let (behind, others) = Self.split(entries, behind: refused)
        refused += behind
        return others
    }

    /// The same for what is held, where that is not tried itself.
    private mutating func withoutHeldLanes(_ entries: [Entry]) -> [Entry] {
        let (behind, others) = Self.split(entries, behind: held)
        held += behind
        return others
    }

    /// Those that come later in a lane than one that waits, and the others.
    private static func split(_ entries: [Entry], behind waiting: [Entry]) -> (behind: [Entry], others: [Entry]) {
        guard !waiting.isEmpty else { return ([], entries) }
        var lanes: [LaneKey: Int64] = [:]
        for entry in waiting {
            if let lane = entry.settlement.lane { lanes[lane] = min(lanes[lane] ?? .max, entry.number) }
        }
        let isBehind = { (entry: Entry) in
            entry.settlement.lane.flatMap { lanes[$0] }.map { $0 < entry.number } ?? false
        }
        return (entries.filter(isBehind), entries.filter { !isBehind($0) })
    }

    /// Those that come earlier in a lane than all its suspects, those between its suspects, and the others.
    private static func split(
        _ entries: [Entry], around suspects: [Entry]
    ) -> (before: [Entry], between: [Entry], others: [Entry]) {
        var lanes: [LaneKey: ClosedRange<Int64>] = [:]
        for entry in suspects {
            guard let lane = entry.settlement.lane else { continue }
            let span = lanes[lane] ?? entry.number...entry.number
            lanes[lane] = min(span.lowerBound, entry.number)...max(span.upperBound, entry.number)
        }
        var (before, between, others) = ([Entry](), [Entry](), [Entry]())
        for entry in entries {
            guard let span = entry.settlement.lane.flatMap({ lanes[$0] }), entry.number < span.upperBound else {
                others.append(entry)
                continue
            }
            if entry.number < span.lowerBound { before.append(entry) } else { between.append(entry) }
        }
        return (before, between, others)
    }

    /// Keeps what the map has no room for.
    mutating func hold(_ entries: [Entry]) {
        held += entries
    }

    /// An attempt is in the log.
    mutating func committed() {
        failurePause = RetryPause()
        failures = 0
        if refused.isEmpty { refusalPause = RetryPause() }
    }

    /// There is nothing to write: what failed is no fault any more, its partitions went.
    mutating func settleDown() {
        if isEmpty { committed() }
    }

    /// An attempt failed for a reason that passes.
    mutating func failed(_ attempt: Attempt, at now: Moment, random: any RandomSource) {
        putBack(attempt)
        failures += 1
        failurePause.grow(at: now, random: random)
    }

    /// The log does not take some records of an attempt.
    ///
    /// - Returns: A record that can be made no smaller and that nothing can be done about; nil mostly.
    mutating func refused(
        _ attempt: Attempt, _ faults: [RecordFault], at now: Moment, random: any RandomSource
    ) -> RecordFault? {
        failurePause = RetryPause()
        failures = 0
        let byTopic = Set(faults.lazy.filter { $0.kind == .topic }.map(\.entry))
        let byRecord = Set(faults.lazy.filter { $0.kind == .record }.map(\.entry)).subtracting(byTopic)
        var rest = attempt
        rest.entries = attempt.entries.indices.filter { !byTopic.contains($0) && !byRecord.contains($0) }
            .map { attempt.entries[$0] }
        let suspects = byRecord.sorted()
        // The order of a lane is kept in the log: what it had before its suspects goes first, what it had between them goes
        // with them.
        let entries = suspects.map { attempt.entries[$0] }
        let (before, between, others) = Self.split(rest.entries, around: entries)
        rest.entries = others
        putBack(rest)
        if !byTopic.isEmpty {
            refused += byTopic.sorted().map { attempt.entries[$0] }
            refusalPause.grow(at: now, random: random)
        }
        defer { if !before.isEmpty { groups.insert(before, at: 0) } }
        guard suspects.count == 1 else {
            let whole = (entries + between).sorted { $0.number < $1.number }
            let halves = [whole[..<(whole.count / 2)], whole[(whole.count / 2)...]].filter { !$0.isEmpty }
            // In the place of the whole, so that they keep their order.
            groups.insert(contentsOf: halves.map(Array.init), at: 0)
            return nil
        }
        var culprit = attempt.entries[suspects[0]]
        for fault in faults where fault.entry == suspects[0] {
            let record = culprit.settlement.records[fault.record]
            guard fault.isOfSize else {
                // Smaller would be no better: it waits as if its topic refused it, and a person can see it.
                refused.append(culprit)
                refusalPause.grow(at: now, random: random)
                return nil
            }
            guard let smaller = record.shrunk else { return fault }
            culprit.settlement.records[fault.record] = smaller
        }
        groups.insert([culprit], at: 0)
        return nil
    }

    private mutating func putBack(_ attempt: Attempt) {
        guard !attempt.entries.isEmpty else { return }
        if attempt.isAlone { groups.insert(attempt.entries, at: 0) } else { again = attempt.entries + again }
    }
}
