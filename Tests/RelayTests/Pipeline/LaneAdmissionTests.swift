import GenesysCloud
import KafkaClient
import Observability
import Seams
import Testing
import WorkerPool

@testable import Relay

@Suite struct LaneAdmissionTests {
    private static let partition = PipelineHarness.partition

    private let consumer = ScriptedConsumer()
    private let ledgers = PartitionLedgers()
    private let restorations = Restorations()
    private let log = LogLines()
    private let fence: WriteFence
    private let proofs = Count()
    private let admission: LaneAdmission
    private let generation: Generation

    init() {
        fence = WriteFence(consumer: consumer, limit: .seconds(5))
        admission = LaneAdmission(
            ledgers: ledgers, fence: fence, restorations: restorations, prove: { [proofs] in proofs.add() },
            logger: log.logger)
        (generation, _) = ledgers.assign([
            AssignedPartition(Self.partition), AssignedPartition(TopicPartition("contact-changes", 1)),
        ])
    }

    private func item(_ partition: Int32 = 0) throws -> WorkItem {
        var record = PipelineHarness.upsert("a", offset: 0)
        record.partition.partition = partition
        let decoded = EventDecoder().decode(record)
        return WorkItem(record: record, decoded: decoded, change: try decoded.content.get(), generation: generation)
    }

    private func permit(_ items: [WorkItem]) throws -> WritePermit {
        guard case .now(let permit) = admission.admit(items) else { throw Refused() }
        return permit
    }

    private struct Refused: Error {}

    private func reason(_ items: [WorkItem]) -> ParkReason? {
        if case .later(let reason) = admission.admit(items) { reason } else { nil }
    }

    @Test func whatIsOursMayBeWritten() throws {
        #expect(try permit([item(0), item(1)]).isGiven)
        #expect(proofs.value == 0 && log.all.isEmpty)
    }

    @Test func drainingTakesNoPermitAway() throws {
        let permit = try permit([item()])
        _ = ledgers.drain([Self.partition])
        #expect(permit.isGiven)
    }

    /// Each way in which an assignment ends, alone.
    enum End: CaseIterable {
        case withdrawn
        case letGo
        case reassigned
        case stalled
        case tooOld
    }

    @Test(arguments: End.allCases) func thePermitEndsWithTheAssignment(_ end: End) throws {
        let permit = try permit([item(1), item(0)])
        let leaving = [Self.partition: generation]
        switch end {
        case .withdrawn: ledgers.withdraw(leaving, until: .start)
        case .letGo: ledgers.letGo(leaving)
        case .reassigned: _ = ledgers.assign([AssignedPartition(Self.partition)])
        case .stalled: consumer.standStill()
        case .tooOld: consumer.setAge(.seconds(6))
        }
        #expect(!permit.isGiven)
    }

    @Test func oneRunsPermitIsOnlyAboutItsOwnPartitions() throws {
        let permit = try permit([item(1)])
        ledgers.letGo([Self.partition: generation])
        #expect(permit.isGiven)
    }

    @Test func inDoubtALaneWaitsAndAProofIsAskedForAndToldOnce() throws {
        consumer.standStill()
        for count in 1...3 {
            #expect(reason([try item()])?.kind == "membership")
            #expect(proofs.value == count)
        }
        #expect(log.all.map(\.level) == [.warning])
        fence.proven(fence.stalls)
        #expect(try permit([item()]).isGiven)
    }

    @Test func workWaitsForItsOwnPartitionsState() throws {
        _ = restorations.begin(Self.partition, generation)
        #expect(reason([try item(1), try item(0)]) == .restoring(Self.partition))
        #expect(reason([try item(1)]) == nil)
        // Given up, the state is not whole: what runs until the partition is let go must not believe it.
        restorations.cancel([Self.partition])
        #expect(reason([try item()]) == .restoring(Self.partition))
        restorations.drop([Self.partition])
        #expect(reason([try item()]) == nil)
    }
}
