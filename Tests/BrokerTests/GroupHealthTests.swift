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

        /// Those with which a member can leave while it joins. With cooperative-sticky, versions before 2.3.0 end the process.
        static let robust = known.filter { $0 != .cooperative || KafkaLibrary.versionNumber >= 0x0203_00ff }

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

    @Test(arguments: Effort.short([Sharing.range], long: Sharing.known))
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
    @Test(arguments: Effort.short([Sharing.range], long: Sharing.known))
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
    @Test(arguments: Effort.short([Sharing.range], long: Sharing.known))
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

    /// Only what was asked back is acknowledged then, but all of it is another's. It hears so before it has a place again.
    @Test(arguments: Effort.short([Sharing.range], long: Sharing.known))
    func aMemberIsThrownOutWhileItLetsGo(_ sharing: Sharing) async throws {
        try await withGroup(sharing, [("session.timeout.ms", "6000")]) { group in
            let slow = try group.startChild(hold: .seconds(11))
            while slow.lines.last?.contains("with 6") != true { try await Task.sleep(for: .milliseconds(20)) }
            _ = try group.join()
            try await Task.sleep(for: .seconds(1))
            slow.send(SIGSTOP)
            try await group.waitUntilOwned(6)
            slow.send(SIGCONT)
            try await group.waitUntilOwned(3)
            while slow.lines.last?.hasPrefix("has a place with 3") != true {
                try await Task.sleep(for: .milliseconds(20))
            }
            // What it holds of the assignment that is over has no place, once it knows that it was thrown out.
            let known = slow.lines.drop { !$0.hasPrefix("_STATE with 6") }.dropFirst()
            #expect(known.allSatisfy { !$0.hasPrefix("has a place with 3, lost 0") || sharing == .range })
            print("\(sharing), thrown out while it let go: \(slow.lines.joined(separator: "; "))")
            slow.send(SIGKILL)
        }
    }

    /// Joins and leaves in any order while offsets are committed; `RELAY_TEST_STORM_SECONDS` makes it longer.
    @Test(arguments: Sharing.robust)
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
