import KafkaTestSupport
import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct StateReaderTests {
    @Test func theEmbeddedClusterIsReadToItsEnd() async throws {
        let fixture = try await Fixture(partitions: 3)
        try await fixture.produce((0..<1_200).map { fixture.record(String($0), key: "k\($0 % 7)") })
        try await fixture.produce([fixture.record("x", partition: 1)])
        let reader = try KafkaStateReader(settings: fixture.settings)
        async let first = reader.all(of: TopicPartition(fixture.topic, 0))
        async let second = reader.all(of: TopicPartition(fixture.topic, 1))
        async let third = reader.all(of: TopicPartition(fixture.topic, 2))
        #expect(try await first.map(\.offset) == Array(0..<1_200))
        #expect(try await second.map(\.value) == [Array("x".utf8)])
        #expect(try await third.isEmpty)
        // The same again, with what came meanwhile.
        try await fixture.produce([fixture.record("y", partition: 1)])
        #expect(try await reader.all(of: TopicPartition(fixture.topic, 1)).count == 2)
        await reader.close()
        await fixture.cluster.close()
    }

    @Test func afterClosingNothingIsRead() async throws {
        let fixture = try await Fixture()
        let reader = try KafkaStateReader(settings: fixture.settings)
        async let again: Void = reader.close()
        await reader.close()
        await again
        await #expect(throws: KafkaError.self) { try await reader.all(of: TopicPartition(fixture.topic, 0)) }
        await fixture.cluster.close()
    }

    @Test func aClusterThatIsAwayIsWaitedForUntilTheTaskIsCancelledOrTheReaderClosed() async throws {
        let fixture = try await Fixture()
        await fixture.cluster.close()
        let reader = try KafkaStateReader(settings: fixture.settings)
        let cancelled = Task { try await reader.all(of: TopicPartition("t", 0)) }
        let closed = Task { try await reader.all(of: TopicPartition("t", 1)) }
        cancelled.cancel()
        #expect(await code(of: cancelled) == "_STATE")
        await reader.close()
        #expect(await code(of: closed) == "_DESTROY")
    }

    @Test func whatStandsBehindTheEndInOneBatchIsEndedToo() async throws {
        let settings = try KafkaClientSettings(bootstrapServers: "127.0.0.1:1")
        let core = try StateReaderCore(settings: settings, observer: .silent) { _ in }
        let fault = await withCheckedContinuation { continuation in
            core.commands.post(.close)
            core.commands.post(
                .read(
                    TopicPartition("t", 0), id: 1,
                    StateReaderCore.Caller(body: { _ in }, continuation: continuation)))
            #expect(throws: Never.self) { try core.start() }
        }
        #expect(fault?.code == "_DESTROY")
        await core.close()
    }

    private func code(of task: Task<[KafkaRecord], any Error>) async -> String? {
        do {
            _ = try await task.value
            return nil
        } catch {
            return (error as? KafkaError)?.code
        }
    }
}
