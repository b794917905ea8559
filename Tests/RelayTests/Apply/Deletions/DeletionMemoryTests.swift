import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import Synchronization
import TestSupport
import Testing

@testable import Relay

@Suite struct DeletionMemoryTests {
    private static let partition = TopicPartition("contact-changes", 3)
    private static let other = TopicPartition("contact-changes", 4)
    private let time = ManualTime()

    private func memory(
        capacity: Int = 100, retention: Duration = .seconds(3600), logger: Logger = .disabled
    ) -> DeletionMemory {
        let memory = DeletionMemory(retention: retention, capacity: capacity, time: time, logger: logger)
        memory.begin(Self.partition)
        memory.begin(Self.other)
        return memory
    }

    private func names(_ externalID: String?, id: String? = nil, type: ResourceType = .contact) -> DeletionNames {
        let change = PendingChange(
            ResourceChange(resourceType: type, verb: .deleted, externalID: externalID, id: id), eventID: "e",
            source: "/crm", eventType: "contact.deleted", partition: Self.partition, recordKey: nil)
        return DeletionNames(change, .absent)
    }

    @discardableResult private func enter(
        _ externalID: String?, id: String? = nil, _ sequence: String = "7", in partition: TopicPartition = partition,
        to memory: DeletionMemory
    ) -> Deletion {
        var marks = SequenceMarks()
        marks.raise("/crm", to: sequence)
        return memory.enter(
            names(externalID, id: id),
            event: Deletion.Event(id: "e-1", source: "/crm", type: "contact.deleted", sequence: sequence),
            marks: marks, in: partition)
    }

    private func remembers(
        _ externalID: String?, id: String? = nil, in partition: TopicPartition = partition, _ memory: DeletionMemory
    ) -> Bool {
        !memory.marks(of: names(externalID, id: id), in: [partition]).isEmpty
    }

    private func read(_ record: ProducerRecord) -> KafkaRecord {
        KafkaRecord(
            partition: TopicPartition(record.topic, record.partition ?? -1), offset: 0, key: record.key,
            value: record.value)
    }

    @Test func aRecordSaysWhatWasDeletedByWhatAndWhen() throws {
        let deletion = enter("x", id: "c-1", to: memory())
        let record = deletion.record(topic: "contact-deletions", partition: 3)
        #expect(record.topic == "contact-deletions")
        #expect(record.partition == 3)
        #expect(record.key == Array("x".utf8))
        #expect(
            String(decoding: record.value ?? [], as: UTF8.self)
                == #"{"resourceType":"contact","externalId":"x","id":"c-1","#
                + #""event":{"id":"e-1","source":"/crm","type":"contact.deleted","sequence":"7"},"#
                + #""deletedAt":"2026-09-21T14:13:20.000Z","sequences":{"/crm":"7"}}"#)
        #expect(Deletion(try #require(record.value)) == deletion)
    }

    @Test func aContactWithoutAnExternalIdIsKeyedByItsGenesysId() {
        #expect(enter(nil, id: "c-1", to: memory()).record(topic: "t", partition: 0).key == Array("c-1".utf8))
    }

    @Test func anOrganizationsKeyIsNoContacts() {
        let memory = memory()
        let deletion = memory.enter(
            names("x", type: .organization),
            event: Deletion.Event(id: "e", source: "/crm", type: "organization.deleted"), marks: SequenceMarks(),
            in: Self.partition)
        let key = deletion.record(topic: "t", partition: 0).key
        #expect(key == Array("organization/x".utf8))
        #expect(DeletionKey.name(of: key ?? []) == ResourceName(.organization, "x"))
    }

    @Test func whatIsLargerThanARecordMayBeIsCutOrLeftOut() {
        var marks = SequenceMarks()
        marks.raise("/crm", to: String(repeating: "9", count: 5000))
        marks.raise("/erp", to: "7")
        let long = String(repeating: "e", count: 100_000)
        let deletion = memory().enter(
            names("x"), event: Deletion.Event(id: long, source: long, type: long, sequence: long), marks: marks,
            in: Self.partition)
        #expect(deletion.marks.json.text == #"{"/erp":"7"}"#)
        #expect((deletion.record(topic: "t", partition: 0).value?.count ?? 0) < 20_000)
    }

    @Test func aPartitionsDeletionsAreItsOwnAndGoWithIt() {
        let memory = memory()
        enter("x", to: memory)
        #expect(remembers("x", memory))
        #expect(!remembers("x", in: Self.other, memory))
        memory.drop(Self.other)
        #expect(remembers("x", memory))
        memory.drop(Self.partition)
        #expect(!remembers("x", memory))
        #expect(memory.snapshot.entries == 0)
        // A run that ends after its partition has gone.
        enter("x", to: memory)
        #expect(memory.snapshot.entries == 0)
        memory.begin(Self.partition)
        #expect(!remembers("x", memory))
        enter("x", to: memory)
        memory.begin(Self.partition)
        #expect(!remembers("x", memory))
    }

    @Test func tombstonesEndARecordAndBrokenOnesArePassedOver() {
        let memory = memory()
        func record(_ key: String?, _ value: String?) -> KafkaRecord {
            KafkaRecord(
                partition: TopicPartition("contact-deletions", 3), offset: 0, key: key.map { Array($0.utf8) },
                value: value.map { Array($0.utf8) })
        }
        func deletion(_ name: String) -> String {
            #"{"resourceType":"contact","externalId":"\#(name)","id":"c-\#(name)","event":{},"#
                + #""deletedAt":"2026-09-21T14:13:20Z","sequences":{"/crm":"7"},"more":1}"#
        }
        memory.restore(
            [
                record("x", deletion("x")), record("y", deletion("y")), record("x", nil), record("never", nil),
                record(nil, nil), record("a", ""), record("b", "not json"), record("c", "[]"), record("d", "{}"),
                record("e", #"{"resourceType":"contact","deletedAt":"2026-09-21T14:13:20Z","sequences":{}}"#),
                record("f", #"{"resourceType":"user","externalId":"f","deletedAt":"2026-09-21T14:13:20Z"}"#),
                record("g", #"{"resourceType":"contact","externalId":"g","deletedAt":"then"}"#),
                record("organization/z", deletion("z")),
            ], to: Self.partition)
        #expect(!remembers("x", memory))
        #expect(!remembers(nil, id: "c-x", memory))
        #expect(remembers("y", memory))
        #expect(remembers("z", memory))
        #expect(memory.snapshot == DeletionMemory.Snapshot(entries: 2, forgotten: 0, unreadable: 7))
    }

    @Test func theGreaterMarkCountsInWhateverOrderTheRecordsCome() {
        let first = memory()
        let records = ["7", "9"].map { read(enter("x", $0, to: first).record(topic: "t", partition: 3)) }
        let memory = memory()
        memory.restore(records.reversed(), to: Self.partition)
        #expect(memory.marks(of: names("x"), in: [Self.partition]).isBeyond("8", of: "/crm"))
        #expect(memory.snapshot.entries == 1)
    }

    @Test func aDeletionIsRememberedForItsRetentionAndThenEndedByATombstone() {
        let memory = memory()
        enter("x", id: "c-1", to: memory)
        time.advance(by: .seconds(1800))
        enter("y", in: Self.other, to: memory)
        time.advance(by: .seconds(1799))
        #expect(remembers("x", memory))
        #expect(memory.takeExpired(limit: 10) == [])
        time.advance(by: .seconds(1))
        #expect(!remembers("x", memory))
        #expect(!remembers(nil, id: "c-1", memory))
        #expect(remembers("y", in: Self.other, memory))
        #expect(
            memory.takeExpired(limit: 10) == [
                ProducerRecord(topic: "contact-deletions", partition: 3, key: Array("x".utf8), value: nil)
            ])
        #expect(memory.takeExpired(limit: 10) == [])
        #expect(memory.snapshot.entries == 1)
    }

    @Test func aDeletionThatIsOverAddsNothingToALaterOne() {
        let memory = memory()
        enter("x", id: "c-1", "9", to: memory)
        time.advance(by: .seconds(3600))
        let later = enter("x", "7", to: memory)
        #expect(later.marks.json.text == #"{"/crm":"7"}"#)
        // Of the same key: nothing is left to end.
        #expect(memory.takeExpired(limit: 10) == [])
        #expect(remembers("x", memory))
    }

    @Test func whatIsOverIsEndedInPortionsAlsoWhenItWasRestored() {
        let first = memory()
        let records = (0..<5).map { read(enter("x\($0)", to: first).record(topic: "t", partition: 3)) }
        time.advance(by: .seconds(3600))
        let memory = memory()
        memory.restore(records, to: Self.partition)
        #expect(!remembers("x0", memory))
        #expect(memory.takeExpired(limit: 2).count == 2)
        #expect(memory.takeExpired(limit: 10).compactMap(\.key) == (2..<5).map { Array("x\($0)".utf8) })
    }

    @Test func aTombstoneDoesNotOvertakeALaterDeletionThatIsNotReadYet() {
        let first = memory()
        let old = read(enter("x", to: first).record(topic: "t", partition: 3))
        time.advance(by: .seconds(3600))
        let young = read(enter("x", to: first).record(topic: "t", partition: 3))
        let memory = memory()
        memory.restore([old], to: Self.partition)
        #expect(memory.takeExpired(limit: 10) { $0 != Self.partition } == [])
        memory.restore([young], to: Self.partition)
        #expect(memory.takeExpired(limit: 10) == [])
        #expect(remembers("x", memory))
    }

    @Test func theOldestMakeRoomWhicheverPartitionTheyAreIn() {
        let log = Lines()
        let memory = memory(capacity: 10, logger: Logger(level: .trace, handler: log))
        for number in 0..<30 {
            enter("x\(number)", in: number % 3 == 0 ? Self.other : Self.partition, to: memory)
            time.advance(by: .seconds(1))
        }
        #expect(memory.snapshot == DeletionMemory.Snapshot(entries: 10, forgotten: 20, unreadable: 0))
        for number in 0..<30 {
            let partition = number % 3 == 0 ? Self.other : Self.partition
            #expect(remembers("x\(number)", in: partition, memory) == (number >= 20))
        }
        #expect(log.count == 1)
    }

    @Test func aNameThatIsDeletedAgainAndAgainIsOneEntry() {
        let memory = memory(capacity: 10)
        for number in 0..<1000 { enter("x", id: "c-\(number)", String(1000 + number), to: memory) }
        enter("y", to: memory)
        #expect(memory.snapshot == DeletionMemory.Snapshot(entries: 2, forgotten: 0, unreadable: 0))
        #expect(remembers(nil, id: "c-999", memory))
        #expect(!remembers(nil, id: "c-998", memory))
    }

    @Test func theExamplesOfTheSchemaAreRead() throws {
        let lines = try ExampleTests.lines("deletions/valid.jsonl")
        #expect(!lines.isEmpty)
        for line in lines {
            let deletion = try #require(Deletion(Array(line)))
            #expect(deletion.record(topic: "t", partition: 0).value == Array(line))
        }
    }
}

private final class Lines: LogHandler {
    private let kept = Mutex(0)

    var count: Int { kept.withLock { $0 } }

    func write(level: Logger.Level, message: String, metadata: Logger.Metadata) { kept.withLock { $0 += 1 } }
}
