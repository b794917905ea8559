import KafkaClient
import KafkaTestSupport

extension GroupHealthTests {
    /// The members of one group, used by one task.
    final class Group {
        private let fixture: BrokerFixture
        private let name: String
        private let producer: KafkaProducer
        private var left: [GroupMember] = []
        private(set) var members: [(member: GroupMember, running: Task<Void, Never>)] = []

        init(fixture: BrokerFixture, name: String) throws {
            self.fixture = fixture
            self.name = name
            producer = try KafkaProducer(settings: fixture.settings)
        }

        func startChild(hold: Duration = .zero) throws -> ChildMember {
            try ChildMember(topic: fixture.topic, group: fixture.group, hold: hold, fixture.settings)
        }

        func join(instance: String? = nil, hold: Duration = .zero, commits: Bool = false) throws -> GroupMember {
            let consumer = try fixture.consumer(instance: instance).consumer
            let member = GroupMember(consumer, hold: hold, commits: commits)
            // Awaited when it leaves.
            members.append((member, Task { await member.run() }))
            return member
        }

        func leave(_ member: GroupMember) async {
            guard let index = members.firstIndex(where: { $0.member === member }) else { return }
            let running = members.remove(at: index).running
            await member.close()
            await running.value
            left.append(member)
        }

        /// Waits until the members of this process have so many partitions.
        func waitUntilOwned(_ count: Int) async throws {
            while members.reduce(0, { $0 + $1.member.owned.count }) != count {
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        /// How all members fared.
        var summary: String {
            let all = left + members.map(\.member)
            let lost = all.reduce(0) { $0 + $1.counts.lost }
            let revoked = all.reduce(0) { $0 + $1.counts.revoked }
            return "\(all.count) members, \(revoked) revocations, \(lost) losses, errors \(Set(all.flatMap(\.errors)))"
        }

        func closeAll() async {
            for (member, _) in members { await leave(member) }
            await producer.close()
        }

        /// Each partition is owned by one member, each member has some, and a record that comes now is read by its owner.
        func expectHealth(_ what: String, within bound: Duration = .seconds(45)) async throws {
            let clock = ContinuousClock()
            let start = clock.now
            let partitions = (0..<6).map { fixture.partition($0) }
            while true {
                // Anew each time: one from before may have been read by who had the partition then.
                let text = uniqueName("health")
                let results = await producer.produce(
                    partitions.map { fixture.record(text, partition: $0.partition) })
                for result in results { _ = try result.get() }
                for _ in 0..<50 {
                    if isHealthy(text, partitions) {
                        return print("\(name), \(what): healthy after \(clock.now - start)")
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
                guard clock.now - start < bound else {
                    throw Unhealthy(
                        description: "\(name), \(what): "
                            + members.map { "\($0.member.owned.sorted()) \($0.member.errors)" }.joined(separator: "; "))
                }
            }
        }

        private func isHealthy(_ text: String, _ partitions: [TopicPartition]) -> Bool {
            members.allSatisfy { !$0.member.owned.isEmpty }
                && partitions.allSatisfy { partition in
                    let owners = members.filter { $0.member.owned.contains(partition) }
                    return owners.count == 1 && owners[0].member.hasRead(text, from: partition)
                }
        }
    }
}
