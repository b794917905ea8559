import KafkaClient
import Testing

@testable import Relay

@Suite struct SoftDeletionReaderTests {
    private let deleted = SoftDeletionChange.softDeleted(type: "interaction", id: "interaction_123")
    private let restored = SoftDeletionChange.restored(type: "interaction", id: "interaction_123")
    private let data = #"{"resourceType":"interaction","id":"interaction_123"}"#

    private func structured(
        type: String = "record.softDeleted", key: String? = "interaction/interaction_123", data: String? = nil
    ) -> KafkaRecord {
        stateRecord(
            key: key,
            #"{"specversion":"1.0","id":"e","source":"/x","type":"\#(type)","data":\#(data ?? self.data)}"#)
    }

    private func binaryHeaders(_ type: String) -> [KafkaHeader] {
        [
            KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", "e"), KafkaHeader("ce_source", "/x"),
            KafkaHeader("ce_type", type), KafkaHeader("content-type", "application/json"),
        ]
    }

    private func faults(_ record: KafkaRecord) -> [String] {
        guard case .failure(let rejection) = SoftDeletionReader.read(record) else { return [] }
        return rejection.faults.map(\.description)
    }

    @Test(arguments: ["", "com.acme.", "a.b.c."])
    func bothTypesAreKnownByTheirLastSegmentsInBothModes(_ prefix: String) throws {
        for (name, change) in [("record.softDeleted", deleted), ("record.restored", restored)] {
            #expect(try SoftDeletionReader.read(structured(type: prefix + name)).get() == change)
            let binary = stateRecord(
                key: "interaction/interaction_123", data, headers: binaryHeaders(prefix + name))
            #expect(try SoftDeletionReader.read(binary).get() == change)
        }
    }

    @Test func aTombstoneTakesTheMarkOfItsKeyWhateverItsHeaders() throws {
        #expect(try SoftDeletionReader.read(stateRecord(key: "interaction/interaction_123", nil)).get() == restored)
        let headers = binaryHeaders("record.softDeleted")
        let binary = stateRecord(key: "interaction/interaction_123", nil, headers: headers)
        #expect(try SoftDeletionReader.read(binary).get() == restored)
        let slashes = SoftDeletionChange.restored(type: "media", id: "a/b")
        #expect(try SoftDeletionReader.read(stateRecord(key: "media/a/b", nil)).get() == slashes)
    }

    @Test func anIDMayHoldSlashesAndATypeMayNot() throws {
        let slashes = structured(key: "media/a/b", data: #"{"resourceType":"media","id":"a/b"}"#)
        #expect(try SoftDeletionReader.read(slashes).get() == .softDeleted(type: "media", id: "a/b"))
        let type = structured(key: "media/a/b", data: #"{"resourceType":"media/a","id":"b"}"#)
        #expect(faults(type) == ["data.resourceType: must not contain a slash"])
    }

    @Test(arguments: [nil, "", "interaction", "interaction/", "/interaction_123"] as [String?])
    func aTombstoneWhoseKeyNamesNothingIsMalformed(_ key: String?) {
        #expect(faults(stateRecord(key: key, nil)) == ["key: must be the resource type, a slash and the id"])
    }

    @Test func aKeyThatIsNoTextIsMalformed() {
        let record = KafkaRecord(
            partition: TopicPartition("record-states", 0), offset: 0, key: [0xff, 0x2f, 0x61], value: nil)
        #expect(faults(record) == ["key: must be the resource type, a slash and the id"])
    }

    /// The last one looks the same as the id and is made of other bytes.
    @Test(
        arguments: [
            (nil, "interaction_123"), ("interaction_123", "interaction_123"),
            ("media/interaction_123", "interaction_123"),
            ("interaction/interaction_124", "interaction_123"), ("interaction/e\u{301}", "\u{e9}"),
        ] as [(String?, String)])
    func aKeyThatDoesNotNameWhatTheDataNameIsMalformed(_ key: String?, _ id: String) {
        let record = structured(key: key, data: #"{"resourceType":"interaction","id":"\#(id)"}"#)
        #expect(faults(record) == ["key: must be the resource type, a slash and the id"])
    }

    @Test(arguments: [
        "record.archived", "softDeleted", "arecord.softDeleted", "record.softDeleted.x", "Record.restored",
    ])
    func anotherTypeIsMalformed(_ type: String) {
        #expect(faults(structured(type: type)) == ["type: is not one of this topic's types"])
    }

    @Test func allFaultsAreNamed() {
        let record = structured(type: "x", data: #"{"resourceType":"","id":7}"#)
        #expect(
            faults(record) == [
                "type: is not one of this topic's types", "data.resourceType: must be a non-empty string",
                "data.id: must be a non-empty string",
            ])
        #expect(faults(structured(data: "[]")) == ["data: must be an object"])
        #expect(faults(structured(data: "null")) == ["data: must be an object"])
        #expect(faults(stateRecord(key: "interaction/1", "{}")).count == 1)
        #expect(faults(stateRecord(key: "interaction/1", "")).count == 1)
        #expect(faults(structured(data: #"{"resourceType":"interaction","id":"\ud800"}"#)).count == 1)
    }
}
