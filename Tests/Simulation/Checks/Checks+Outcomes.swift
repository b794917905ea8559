import JSON
import KafkaClient
import WorkerPool

/// What the log holds for readers of committed records: promises 1 and 3, and the order of outcomes of promise 2.
extension Checks {
    /// The broker has decided: these records and offsets count from now on, all at once.
    func committed(_ records: [KafkaRecord], _ offsets: [TopicPartition: CommittedOffset], by who: String) {
        var settled: Set<Int> = []
        for record in records {
            switch record.partition.topic {
            case World.outcomesTopic: outcome(record, by: who).map { _ = settled.insert($0) }
            case World.deadLettersTopic: deadLetter(record).map { _ = settled.insert($0) }
            default: break
            }
        }
        if isTransactional {
            for index in settled.sorted() { checkDeadLetters(of: entries[index]) }
        }
        for (partition, offset) in offsets.sorted(by: { $0.key < $1.key }) where partition.topic == Story.topic {
            position(partition, offset, by: who)
        }
        purges?.committed(records, offsets, by: who)
    }

    private func outcome(_ record: KafkaRecord, by who: String) -> Int? {
        guard let document = try? JSONValue(parsing: record.value ?? []), let id = document["id"]?.stringValue,
            let status = document["data"]?["status"]?.stringValue
        else {
            violated("\(who) writes an outcome that cannot be read")
            return nil
        }
        let parts = id.split(separator: "/")
        guard parts.count == 3, let partition = Int32(parts[1]), let offset = Int64(parts[2]),
            let index = indices[Place(partition: partition, offset: offset)]
        else {
            violated("\(who) writes an outcome of nothing: \(id)")
            return nil
        }
        let event = entries[index].event
        if entries[index].outcomes > 0, isTransactional {
            violated(
                "\(who) commits a second outcome of \(id), \(event.words): \(status) after \(entries[index].status ?? "")",
                lane: event.lane, partition: partition)
        }
        if entries[index].outcomes == 0 { openCount -= 1 }
        history.note(who, lane: event.lane, partition: partition, "outcome \(status) of \(partition)/\(offset)")
        entries[index].outcomes += 1
        entries[index].status = status
        scheduler.mix(UInt64(index))
        if let lane = event.lane {
            // What failed before a crash, and what came after it did not, is found to be overtaken.
            let mayHaveFailed = eventsMayFail && status == "superseded" && event.fate == .applied
            if status == "failed" || mayHaveFailed { doubtfulLanes.insert(lane) }
        }
        checkStatus(status, of: event, id, by: who)
        if let lane = event.lane { checkOrder(lane, event, id, by: who) }
        return index
    }

    private func checkStatus(_ status: String, of event: StoryEvent, _ id: String, by who: String) {
        if let lane = event.lane, doubtfulLanes.contains(lane) { return }
        // Who does again what was done finds it there, or finds what came after it: a later event's sequence, or nothing
        // at all after a deletion.
        let isRight =
            switch event.fate {
            case .applied, .unchanged:
                status == event.fate.rawValue
                    || isDisturbed && ["applied", "unchanged", "superseded"].contains(status)
                    || isDisturbed && event.verb == .updated && status == "rejected"
            case .superseded:
                status == "superseded" || isDisturbed && event.verb == .updated && status == "rejected"
                    || isDisturbed && hasLaterOpenDeletion(event)
            case .rejected: status == "rejected" || isDisturbed && event.lane != nil
            }
        if !isRight {
            violated("\(who): outcome \(status) of \(id), \(event.words)", lane: event.lane, partition: event.partition)
        }
    }

    /// Whether the resource may be gone by a later event that will be done again: nothing tells then what came before.
    private func hasLaterOpenDeletion(_ event: StoryEvent) -> Bool {
        guard let lane = event.lane, let places = lanes[lane] else { return false }
        return places.dropFirst(event.index + 1).contains {
            entries[$0].event.verb == .deleted && entries[$0].outcomes == 0
        }
    }

    /// The outcomes of a lane stand in the order of the log; without transactions the first one of each event does.
    private func checkOrder(_ lane: String, _ event: StoryEvent, _ id: String, by who: String) {
        // A dead letter that is not taken as it is keeps its outcome waiting, and no other.
        if deadLettersWait, isDeadLetter(event) { return }
        var last = lastOutcome[lane] ?? -1
        while deadLettersWait, let places = lanes[lane], last + 1 < event.index,
            isDeadLetter(entries[places[last + 1]].event)
        {
            last += 1
        }
        if event.index > last + 1 {
            violated(
                "\(who): outcome of \(id), \(event.words), where that of \(lane)[\(last + 1)] was due", lane: lane,
                partition: event.partition)
        }
        lastOutcome[lane] = max(last, event.index)
    }

    private func isDeadLetter(_ event: StoryEvent) -> Bool {
        let status = event.lane.flatMap { lane in lanes[lane].map { entries[$0[event.index]].status } } ?? nil
        return event.fate == .rejected || status == "rejected" || status == "failed"
    }

    private func deadLetter(_ record: KafkaRecord) -> Int? {
        func text(_ name: String) -> String {
            String(decoding: record.headers.last { $0.name == "relay-dlq-\(name)" }?.value ?? [], as: UTF8.self)
        }
        guard let partition = Int32(text("partition")), let offset = Int64(text("offset")),
            let index = indices[Place(partition: partition, offset: offset)]
        else {
            violated("a dead letter of nothing")
            return nil
        }
        entries[index].deadLetters += 1
        return index
    }

    private func checkDeadLetters(of entry: Entry) {
        let due = entry.status == "rejected" || entry.status == "failed" ? 1 : 0
        if entry.deadLetters != due {
            violated(
                "\(entry.deadLetters) dead letters of \(entry.event.words) with outcome \(entry.status ?? "none")",
                lane: entry.event.lane, partition: entry.event.partition)
        }
    }

    /// An offset is committed only when everything before it has its outcome.
    private func position(_ partition: TopicPartition, _ offset: CommittedOffset, by who: String) {
        let last = positions[partition] ?? 0
        // Without transactions a member that was lost and is back may commit under its new place what it did before.
        if offset.offset < last, isTransactional {
            violated(
                "\(who): the committed offset of \(partition) goes back from \(last) to \(offset.offset)",
                partition: partition.partition)
        }
        var number = last
        while number < offset.offset {
            if let index = indices[Place(partition: partition.partition, offset: number)], entries[index].outcomes == 0
            {
                let event = entries[index].event
                violated(
                    "\(who) commits offset \(offset.offset) of \(partition) without an outcome of \(number), \(event.words)",
                    lane: event.lane, partition: event.partition)
            }
            number += 1
        }
        positions[partition] = max(last, offset.offset)
        checkMap(partition.partition, offset, by: who)
    }

    /// So is what the offset's metadata say of what lies beyond it.
    private func checkMap(_ partition: Int32, _ offset: CommittedOffset, by who: String) {
        guard !offset.metadata.isEmpty else { return }
        guard let map = try? CommitMap(text: offset.metadata, position: offset.offset) else {
            return violated("\(who) commits metadata that cannot be read", partition: partition)
        }
        for place in offsets[partition, default: []].reversed() {
            let entry = entries[place]
            if entry.event.offset < offset.offset { return }
            if entry.outcomes == 0, map.isFinished(entry.event.offset) {
                violated(
                    "\(who) commits a map by which \(partition)/\(entry.event.offset), \(entry.event.words), is finished",
                    lane: entry.event.lane, partition: partition)
            }
        }
    }
}
