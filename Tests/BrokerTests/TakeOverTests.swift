import BrokerSupport
import KafkaClient
import KafkaTestSupport
import Testing

/// How soon a successor reads on when its predecessor left a transaction open that holds offsets: until it is decided,
/// the group does not say where the partition goes on.
@Suite(.enabled(if: RealBroker.isThere, Comment(rawValue: RealBroker.whyNot)), .timeLimit(.minutes(2)))
struct TakeOverTests {
    /// With the predecessor's id, and with another: `transaction.timeout.ms` (10 s by our default), what is left until the
    /// broker's next look for such transactions (each 10 s by default), and a moment.
    @Test(arguments: Effort.short([(true, Duration.seconds(4))], long: [(true, .seconds(4)), (false, .seconds(24))]))
    func aSuccessorReadsOnWithinABound(_ hasSameID: Bool, _ bound: Duration) async throws {
        let fixture = try await BrokerFixture(properties: [("heartbeat.interval.ms", "200")])
        try await fixture.produce(["a", "b"])
        let id = uniqueName("tx")
        let before = try fixture.consumer()
        _ = try await before.assigned()
        _ = try await before.records(2)
        let abandoned = try KafkaProducer(settings: fixture.settings, transactionalID: id)
        try await abandoned.register()
        try await abandoned.beginTransaction()
        _ = try await abandoned.produce([fixture.record("never seen")])[0].get()
        try await abandoned.sendOffsets([fixture.partition(0): CommittedOffset(1)], group: try await before.place())
        _ = await before.close()

        let clock = ContinuousClock()
        let start = clock.now
        let successor = try KafkaProducer(
            settings: fixture.settings, transactionalID: hasSameID ? id : uniqueName("tx"))
        try await successor.register()
        let after = try fixture.consumer()
        _ = try await after.assigned()
        #expect(try await after.records(2).map(\.offset) == [0, 1])
        let elapsed = clock.now - start
        print("a successor with \(hasSameID ? "the same" : "another") transactional id read on after \(elapsed)")
        #expect(elapsed < bound)
        _ = await after.close()
        await successor.close()
        await abandoned.close()
    }
}
