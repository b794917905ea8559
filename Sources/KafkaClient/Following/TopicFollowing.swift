/// Which partitions of a topic are followed, which of them have not been read to their first end, and what comes next:
/// pure, driven by the follower's thread.
struct TopicFollowing {
    enum Action: Equatable {
        /// Ask the cluster how many partitions the topic has. Of several times the earliest counts.
        case look(When)
        /// Ask where the partition ends, at once or after a while.
        case measure(Int32, isAgain: Bool)
        /// Fetch from the partition's beginning.
        case start(Int32)
        case stop(Int32)
        case caughtUp
        /// The following has ended.
        case finish(KafkaError)

        static func == (left: Action, right: Action) -> Bool {
            switch (left, right) {
            case (.look(let a), .look(let b)): a == b
            case (.measure(let a, let again), .measure(let b, let other)): a == b && again == other
            case (.start(let a), .start(let b)), (.stop(let a), .stop(let b)): a == b
            case (.caughtUp, .caughtUp): true
            case (.finish(let a), .finish(let b)): a.code == b.code
            case (.look, _), (.measure, _), (.start, _), (.stop, _), (.caughtUp, _), (.finish, _): false
            }
        }
    }

    enum When: Equatable {
        case now
        case soon
        case later
    }

    private struct Partition {
        var isStarted = true
        /// Everything before it has been handed over; nil while nothing is known.
        var position: Int64?
        /// The end that it had when the reading began; nil while it is not known.
        var end: Int64?
        /// Whether that end, or nothing to read at all, has been met.
        var isRead = false
    }

    /// How often in a row the topic is missing before it is believed.
    static let mostTimesMissing = StateReads.mostTimesMissing

    /// By number, without a gap; nil until the topic has been found.
    private var partitions: [Partition]?
    private var isCaughtUp = false
    private var timesMissing = 0

    /// Whether records of the partition are handed over.
    func follows(_ number: Int32) -> Bool {
        partitions.map { $0.indices.contains(Int(number)) } ?? false
    }

    /// Once, before all else.
    func begin() -> [Action] { [.look(.now)] }

    /// The answer to `look`.
    mutating func looked(_ found: ReaderCalls.Found) -> [Action] {
        switch found {
        case .partitions(let count):
            timesMissing = 0
            return fit(Int(count)) + noteCaughtUp() + [.look(.later)]
        case .missing(let fault):
            timesMissing += 1
            return timesMissing < Self.mostTimesMissing ? [.look(.soon)] : end(fault)
        case .fault(let fault):
            return fault.endsReading ? end(fault) : [.look(.soon)]
        }
    }

    /// Starts what is new or could not be started before. Partitions go only with their topic; one that was made anew with
    /// fewer is not waited for.
    private mutating func fit(_ count: Int) -> [Action] {
        var known = partitions ?? []
        var actions: [Action] = []
        while known.count > count {
            let last = Int32(known.count - 1)
            if known.removeLast().isStarted { actions.append(.stop(last)) }
        }
        for index in known.indices where !known[index].isStarted {
            known[index].isStarted = true
            actions.append(.start(Int32(index)))
        }
        while known.count < count {
            let next = Int32(known.count)
            actions.append(.start(next))
            // Later ones have nothing to catch up with.
            if !isCaughtUp { actions.append(.measure(next, isAgain: false)) }
            known.append(Partition(isRead: isCaughtUp))
        }
        partitions = known
        return actions
    }

    /// The answer to `measure`.
    mutating func measured(_ measured: StateReads.Measured, _ number: Int32) -> [Action] {
        guard follows(number), partitions?[Int(number)].isRead == false else { return [] }
        switch measured {
        case .fault(let fault) where fault.endsReading:
            return end(fault)
        case .missing:
            // Whether it is gone with its topic is the looks' to say.
            return [.measure(number, isAgain: true), .look(.soon)]
        case .fault:
            return [.measure(number, isAgain: true)]
        case .range(let watermarks):
            partitions?[Int(number)].end = watermarks.high
            let isEmpty = watermarks.low >= watermarks.high
            return noteRead(number, isEmpty: isEmpty)
        }
    }

    /// Everything before `position` has been handed over, or is no record for a reader of committed ones.
    mutating func reached(_ position: Int64, in number: Int32) -> [Action] {
        guard !isCaughtUp, follows(number) else { return [] }
        partitions?[Int(number)].position = position
        return noteRead(number, isEmpty: false)
    }

    /// librdkafka would not start on it; what it knows of the topic may be old.
    mutating func notStarted(_ fault: KafkaError, _ number: Int32) -> [Action] {
        guard follows(number) else { return [] }
        partitions?[Int(number)].isStarted = false
        return failed(fault)
    }

    /// librdkafka says that something is wrong with a partition. It mends most of it by itself; whether the topic is still
    /// there is asked.
    mutating func failed(_ fault: KafkaError) -> [Action] {
        fault.endsReading ? end(fault) : [.look(.soon)]
    }

    /// Ends it, for whatever reason.
    mutating func end(_ fault: KafkaError) -> [Action] {
        let started = (partitions ?? []).indices.filter { partitions?[$0].isStarted == true }
        partitions = nil
        return started.map { .stop(Int32($0)) } + [.finish(fault)]
    }

    private mutating func noteRead(_ number: Int32, isEmpty: Bool) -> [Action] {
        guard let partition = partitions?[Int(number)], !partition.isRead else { return [] }
        guard let end = partition.end, isEmpty || (partition.position ?? 0) >= end else { return [] }
        partitions?[Int(number)].isRead = true
        return noteCaughtUp()
    }

    private mutating func noteCaughtUp() -> [Action] {
        guard !isCaughtUp, let partitions, partitions.allSatisfy(\.isRead) else { return [] }
        isCaughtUp = true
        return [.caughtUp]
    }
}
