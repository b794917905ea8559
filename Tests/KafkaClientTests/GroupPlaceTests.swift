import Testing

@testable import KafkaClient

@Suite struct GroupPlaceTests {
    private func bytes(_ generation: Int32, _ texts: String..., magic: String = "CGMDv2:") -> [UInt8] {
        var bytes = Array(magic.utf8)
        withUnsafeBytes(of: generation) { bytes += $0 }
        for text in texts {
            bytes += text.utf8
            bytes.append(0)
        }
        bytes.append(1)
        return bytes
    }

    @Test func aMemberHasAGenerationAndAnId() {
        let place = GroupPlace(serialised: bytes(7, "group", "member-1"))
        #expect(place?.generation == 7)
        #expect(place?.memberID == "member-1")
        #expect(place?.isMember == true)
        // A generation whose bytes are NULs and separators.
        #expect(GroupPlace(serialised: bytes(256, "group", "m", "instance"))?.generation == 256)
    }

    @Test(arguments: [
        // Before it joins.
        (-1 as Int32, ""),
        // After it left, as librdkafka shows it: the generation stays.
        (3, ""),
        // With group.protocol=consumer: before it joins, and while it does.
        (-1, "member-1"), (0, "member-1"),
    ])
    func whoHasOnlyOneOfThemIsNoMember(_ generation: Int32, _ member: String) {
        #expect(GroupPlace(serialised: bytes(generation, "group", member))?.isMember == false)
    }

    @Test func anotherFormIsNotGuessedAt() {
        #expect(GroupPlace(serialised: []) == nil)
        #expect(GroupPlace(serialised: bytes(7, "group", "member-1", magic: "CGMDv3:")) == nil)
        #expect(GroupPlace(serialised: Array("CGMDv2:".utf8) + [1, 0]) == nil)
        #expect(GroupPlace(serialised: bytes(7, "group")) == nil)
    }
}
