import JSON
import KafkaClient
import Observability
import Seams
import TestSupport
import Testing

@testable import Relay

@Suite struct PurgeBookReadingTests {
    private let partition = TopicPartition("purge-requests", 2)
    private let book = PurgeBook(
        topic: "purge-jobs", inputTopic: "purge-requests", retention: .seconds(3600), trail: AuditTrail(),
        time: ManualTime(wallOrigin: PurgeRecords.now), logger: .disabled)

    private var key: PurgeKey { PurgeKey(partition: partition, requestID: "pr-1") }

    private func record(_ value: [UInt8]?, offset: Int64) -> KafkaRecord {
        KafkaRecord(
            partition: TopicPartition("purge-jobs", 2), offset: offset, key: Array("pr-1".utf8), value: value)
    }

    private func job() throws -> PurgeJob {
        let record = PurgeRecords.record(data: try PurgeRecords.data())
        let decoded = PurgeRecords.decode(record)
        guard case .requested(let request) = try decoded.content.get() else { throw CancellationError() }
        return PurgeJob(
            request, origin: PurgeLetter(record, decoded).origin, original: OriginalRecord(record),
            at: PurgeRecords.now)
    }

    /// As after a downgrade: what stood there before is older than what nobody here can read, and by it the purge would be
    /// submitted once more.
    @Test func aRecordThatCannotBeReadTakesTheOlderOnesPlace() throws {
        book.begin(partition)
        book.restore([record(try job().ledgerValue, offset: 1)], to: partition)
        #expect(book.job(key)?.phase == .waiting)
        book.restore([record(Array(#"{"requestId":"pr-1","phase":"teleporting"}"#.utf8), offset: 2)], to: partition)
        #expect(book.job(key) == nil && book.isUnreadable(key))
        #expect(book.unfinished(of: partition).isEmpty)
        #expect(book.snapshot.unreadable == 1)
        book.restore([record(nil, offset: 3)], to: partition)
        #expect(!book.isUnreadable(key) && book.snapshot.unreadable == 0)
    }

    @Test func jobsAreCountedByPhaseAsTheyChange() throws {
        book.begin(partition)
        var job = try job()
        book.set(job, in: partition)
        #expect(book.snapshot.phases[.waiting] == 1)
        job.phase = .following
        book.set(job, in: partition)
        #expect(book.snapshot.phases[.waiting] == 0 && book.snapshot.phases[.following] == 1)
        job.phase = .ended
        book.set(job, in: partition)
        #expect(book.snapshot.phases[.following] == 0 && book.snapshot.phases[.ended] == 1)
        book.drop(partition)
        #expect(book.snapshot.phases.isEmpty)
    }
}
