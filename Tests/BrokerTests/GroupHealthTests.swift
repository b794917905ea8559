import BrokerSupport
import Foundation
import KafkaClient
import KafkaTestSupport
import Testing

/// Whatever members do, in the end each partition is read by exactly one, and soon.
@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(4)))
struct GroupHealthTests {
    /// A way in which a group may share its partitions out.
    enum Sharing: String, CaseIterable {
        case range
        case cooperative = "cooperative-sticky"
        case consumerProtocol

        /// Those that the loaded library knows: KIP-848 came with 2.4.0, for real with 2.12.0.
        static let known = allCases.filter { $0 != .consumerProtocol || KafkaLibrary.versionNumber >= 0x020c_0000 }

        var properties: [(name: String, value: String)] {
            switch self {
            case .range, .cooperative:
                [("partition.assignment.strategy", rawValue), ("heartbeat.interval.ms", "200")]
            case .consumerProtocol: [("group.protocol", "consumer")]
            }
        }
    }

    @Test(arguments: Sharing.known)
    func membersComeAndGo(_ sharing: Sharing) async throws {
        try await withGroup(sharing) { group in
            let first = try group.join()
            try await group.expectHealth("one")
            let second = try group.join()
            let third = try group.join()
            try await group.expectHealth("three")
            await group.leave(second)
            try await group.expectHealth("two")
            let fourth = try group.join()
            // While the group is sorting itself out.
            await group.leave(first)
            try await group.expectHealth("first gone, fourth there")
            await group.leave(third)
            await group.leave(fourth)
        }
    }

    @Test(arguments: Sharing.known)
    func aRevocationIsAcknowledgedAfterTheNextRebalanceHasBegun(_ sharing: Sharing) async throws {
        try await withGroup(sharing) { group in
            _ = try group.join(hold: .seconds(3))
            try await group.expectHealth("slow one")
            _ = try group.join()
            try await Task.sleep(for: .seconds(1))
            let third = try group.join()
            try await Task.sleep(for: .seconds(1))
            await group.leave(third)
            try await group.expectHealth("slow one and another")
        }
    }

    /// It is thrown out meanwhile: the group waits for `max.poll.interval.ms` and no longer.
    @Test(arguments: Sharing.known)
    func aRevocationIsAcknowledgedWhenItIsTooLate(_ sharing: Sharing) async throws {
        try await withGroup(sharing, [("session.timeout.ms", "6000"), ("max.poll.interval.ms", "6000")]) { group in
            let slow = try group.join(hold: .seconds(9))
            try await group.expectHealth("slow one")
            _ = try group.join()
            try await Task.sleep(for: .seconds(10))
            try await group.expectHealth("slow one and another")
            print("\(sharing) too late: slow one \(slow.counts) \(slow.errors)")
        }
    }

    @Test(arguments: Sharing.known)
    func aStaticMemberIsRestarted(_ sharing: Sharing) async throws {
        try await withGroup(sharing) { group in
            let first = try group.join(instance: "one")
            let second = try group.join(instance: "two")
            try await group.expectHealth("two")
            let before = first.owned
            await group.leave(first)
            let again = try group.join(instance: "one")
            try await group.expectHealth("one is back")
            #expect(again.owned == before)
            #expect(sharing == .range || second.counts.revoked <= 1)
            // The same instance twice: the older one is fenced, the newer one goes on.
            let twin = try group.join(instance: "two")
            while !second.errors.contains(where: { $0.contains("FENCED") || $0.contains("UNRELEASED") }),
                !twin.errors.contains(where: { $0.contains("UNRELEASED") })
            {
                try await Task.sleep(for: .milliseconds(50))
            }
            print("\(sharing) twin: \(twin.errors), older: \(second.errors)")
            await group.leave(sharing == .consumerProtocol ? twin : second)
            try await group.expectHealth("one of the twins")
        }
    }

    /// A real one: a process that is killed, or stopped for longer than its session and then goes on.
    @Test(arguments: Sharing.known)
    func aMemberIsKilledAndAnotherStopped(_ sharing: Sharing) async throws {
        try await withGroup(sharing, [("session.timeout.ms", "6000")]) { group in
            let killed = try group.startChild()
            let stopped = try group.startChild()
            _ = try group.join()
            try await group.waitUntilOwned(2)
            stopped.send(SIGSTOP)
            killed.send(SIGKILL)
            try await group.expectHealth("one killed, one stopped")
            stopped.send(SIGCONT)
            try await group.waitUntilOwned(3)
            stopped.send(SIGKILL)
            try await group.expectHealth("both killed")
            // What it was after it woke up and before it had worked through that it was thrown out.
            print("\(sharing), the stopped one said: \(stopped.lines.joined(separator: ", "))")
        }
    }

    /// Joins and leaves in any order while offsets are committed; `RELAY_TEST_STORM_SECONDS` makes it longer.
    @Test(arguments: Sharing.known)
    func aStormPasses(_ sharing: Sharing) async throws {
        let seconds = ProcessInfo.processInfo.environment["RELAY_TEST_STORM_SECONDS"].flatMap { Int($0) } ?? 5
        try await withGroup(sharing) { group in
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end {
                if group.members.isEmpty || (group.members.count < 5 && Bool.random()) {
                    let hold = Duration.milliseconds([0, 0, 100, 700].randomElement()!)
                    _ = try group.join(hold: hold, commits: true)
                } else if let member = group.members.randomElement()?.member {
                    await group.leave(member)
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...1_500)))
                if Int.random(in: 0..<5) == 0, !group.members.isEmpty {
                    try await group.expectHealth("in the storm")
                }
            }
            if group.members.isEmpty { _ = try group.join() }
            try await group.expectHealth("after the storm")
            print("\(sharing), storm: \(group.summary)")
        }
    }

    private func withGroup(
        _ sharing: Sharing, _ properties: [(name: String, value: String)] = [],
        _ body: (Group) async throws -> Void
    ) async throws {
        // With KIP-848 the broker decides how long a session is.
        let more = properties.filter { sharing != .consumerProtocol || $0.name != "session.timeout.ms" }
        let group = try Group(
            fixture: try await BrokerFixture(partitions: 6, properties: sharing.properties + more), name: "\(sharing)")
        do {
            try await body(group)
        } catch {
            await group.closeAll()
            throw error
        }
        await group.closeAll()
    }

    struct Unhealthy: Error {
        var description: String
    }
}

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

        func startChild() throws -> ChildMember {
            try ChildMember(topic: fixture.topic, group: fixture.group, fixture.settings)
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
            let text = uniqueName("health")
            let partitions = (0..<6).map { fixture.partition($0) }
            let results = await producer.produce(partitions.map { fixture.record(text, partition: $0.partition) })
            for result in results { _ = try result.get() }
            func isHealthy() -> Bool {
                members.allSatisfy { !$0.member.owned.isEmpty }
                    && partitions.allSatisfy { partition in
                        let owners = members.filter { $0.member.owned.contains(partition) }
                        return owners.count == 1 && owners[0].member.hasRead(text, from: partition)
                    }
            }
            while !isHealthy() {
                guard clock.now - start < bound else {
                    throw Unhealthy(
                        description: "\(name), \(what): "
                            + members.map { "\($0.member.owned.sorted()) \($0.member.errors)" }.joined(separator: "; "))
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            print("\(name), \(what): healthy after \(clock.now - start)")
        }
    }
}
