/// Which partitions are being read to which end, and what comes next for each: pure, driven by the reader's thread.
///
/// A partition is read for one caller at a time; the others wait for their turn, and its end is asked for anew.
struct StateReads {
    enum Action: Equatable {
        /// Ask for the partition's end, at once or after a while.
        case measure(TopicPartition, id: Int, isAgain: Bool)
        /// Fetch from the partition's start.
        case start(TopicPartition)
        case stop(TopicPartition)
        case finish(id: Int, KafkaError?)

        static func == (left: Action, right: Action) -> Bool {
            switch (left, right) {
            case (.measure(let a, let x, let again), .measure(let b, let y, let other)):
                a == b && x == y && again == other
            case (.start(let a), .start(let b)), (.stop(let a), .stop(let b)): a == b
            case (.finish(let a, let fault), .finish(let b, let other)): a == b && fault?.code == other?.code
            case (.measure, _), (.start, _), (.stop, _), (.finish, _): false
            }
        }
    }

    /// What asking for a partition's end has brought.
    enum Measured: Sendable {
        case range(KafkaWatermarks)
        /// The cluster says that there is no such topic or partition: for a moment it may say so of a new one.
        case missing(KafkaError)
        case fault(KafkaError)
    }

    private struct Read {
        var id: Int
        /// Nil while it is not known.
        var end: Int64?
        var isMeasuring = true
        var timesMissing = 0
    }

    /// How often in a row a partition is missing before it is believed.
    static let mostTimesMissing = 6

    private var current: [TopicPartition: Read] = [:]
    private var waiting: [(partition: TopicPartition, id: Int)] = []

    var isEmpty: Bool { current.isEmpty }

    /// Who gets the records of a partition; nil where nobody does.
    func reader(of partition: TopicPartition) -> Int? {
        current[partition].flatMap { $0.end == nil ? nil : $0.id }
    }

    mutating func begin(_ partition: TopicPartition, id: Int) -> [Action] {
        if current[partition] != nil {
            waiting.append((partition, id))
            return []
        }
        current[partition] = Read(id: id)
        return [.measure(partition, id: id, isAgain: false)]
    }

    /// The answer to `measure`; late ones are passed over.
    mutating func measured(_ measured: Measured, _ partition: TopicPartition, id: Int) -> [Action] {
        guard var read = current[partition], read.id == id, read.isMeasuring else { return [] }
        switch measured {
        case .missing(let fault) where read.timesMissing + 1 >= Self.mostTimesMissing:
            return end(partition, fault)
        case .fault(let fault) where fault.endsReading:
            return end(partition, fault)
        case .missing:
            read.timesMissing += 1
            current[partition] = read
            return [.measure(partition, id: id, isAgain: true)]
        case .fault:
            current[partition] = read
            return [.measure(partition, id: id, isAgain: true)]
        case .range(let watermarks):
            read.isMeasuring = false
            read.timesMissing = 0
            let isStarted = read.end != nil
            read.end = read.end ?? watermarks.high
            current[partition] = read
            if isStarted { return [] }
            return watermarks.low >= watermarks.high ? end(partition, nil, isStarted: false) : [.start(partition)]
        }
    }

    /// Everything before `position` has been handed over, or is no record for a reader of committed ones.
    mutating func reached(_ position: Int64, in partition: TopicPartition) -> [Action] {
        guard let end = current[partition]?.end, position >= end else { return [] }
        return self.end(partition, nil)
    }

    /// librdkafka would not start on it; what it knows of the topic may be old.
    mutating func notStarted(_ fault: KafkaError, _ partition: TopicPartition) -> [Action] {
        guard let read = current[partition] else { return [] }
        current[partition]?.end = nil
        if fault.endsReading { return end(partition, fault) }
        current[partition]?.isMeasuring = true
        return [.measure(partition, id: read.id, isAgain: true)]
    }

    /// librdkafka says that something is wrong with the partition. It mends most of it by itself; whether the partition is
    /// still there is asked again.
    mutating func failed(_ fault: KafkaError, in partition: TopicPartition) -> [Action] {
        guard let read = current[partition] else { return [] }
        if fault.endsReading { return end(partition, fault) }
        guard !read.isMeasuring else { return [] }
        current[partition]?.isMeasuring = true
        return [.measure(partition, id: read.id, isAgain: true)]
    }

    /// The caller no longer wants it.
    mutating func cancel(id: Int, _ fault: KafkaError) -> [Action] {
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index)
            return [.finish(id: id, fault)]
        }
        guard let partition = current.first(where: { $0.value.id == id })?.key else { return [] }
        return end(partition, fault)
    }

    /// Ends all.
    mutating func close(_ fault: KafkaError) -> [Action] {
        let late = waiting.map { Action.finish(id: $0.id, fault) }
        waiting = []
        return current.keys.sorted().flatMap { end($0, fault) } + late
    }

    private mutating func end(
        _ partition: TopicPartition, _ fault: KafkaError?, isStarted: Bool = true
    ) -> [Action] {
        guard let read = current.removeValue(forKey: partition) else { return [] }
        var actions: [Action] = isStarted && read.end != nil ? [.stop(partition)] : []
        actions.append(.finish(id: read.id, fault))
        if let index = waiting.firstIndex(where: { $0.partition == partition }) {
            actions += begin(partition, id: waiting.remove(at: index).id)
        }
        return actions
    }
}
