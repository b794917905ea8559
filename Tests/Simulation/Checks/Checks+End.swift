import JSON
import KafkaClient

/// What must be true when all is quiet: promises 1 and 4.
extension Checks {
    /// - Parameter ends: one past the last record of each input partition.
    func finish(_ story: Story, _ directory: SimulatedDirectory, ends: [Int32: Int64]) {
        for entry in entries {
            if entry.outcomes == 0 {
                violated("no outcome of \(entry.event.words)", lane: entry.event.lane, partition: entry.event.partition)
            }
            let isDead = entry.status == "rejected" || entry.status == "failed"
            if isDead, entry.deadLetters == 0 {
                violated(
                    "no dead letter of \(entry.event.words)", lane: entry.event.lane, partition: entry.event.partition)
            }
        }
        for (partition, end) in ends.sorted(by: { $0.key < $1.key }) {
            let position = positions[TopicPartition(Story.topic, partition)] ?? 0
            if position < end {
                violated("partition \(partition) is committed up to \(position) of \(end)", partition: partition)
            }
        }
        for lane in story.lanes where !doubtfulLanes.contains(lane.name) { check(lane, directory) }
    }

    private func check(_ lane: StoryLane, _ directory: SimulatedDirectory) {
        let kind = lane.isContact ? SimulatedDirectory.Kind.contacts : .organizations
        let stored = directory.find(kind, externalID: lane.name)
        let partition = partitionOfLane(lane.name)
        guard let document = lane.document else {
            if let stored {
                violated(
                    "\(lane.name) is there and should not be: \(stored.text)", lane: lane.name, partition: partition)
            }
            return
        }
        guard var stored else {
            return violated("\(lane.name) is not there and should be", lane: lane.name, partition: partition)
        }
        if var metadata = stored["metadata"] {
            metadata.remove("contactRelay")
            if metadata.members.isEmpty { stored.remove("metadata") } else { stored.set("metadata", to: metadata) }
        }
        for member in ["id", "version", "externalId"] { stored.remove(member) }
        if let home = stored["organizationId"]?.stringValue {
            let name = directory[.organizations, home]?["externalId"]?.stringValue
            if name != lane.organization {
                violated("\(lane.name) is in \(name ?? "none")", lane: lane.name, partition: partition)
            }
        }
        stored.remove("organizationId")
        if !stored.isEquivalent(to: document) {
            violated(
                "\(lane.name) is \(stored.text) and should be \(document.text)", lane: lane.name, partition: partition)
        }
    }
}
