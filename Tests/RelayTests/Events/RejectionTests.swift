import Testing

@testable import Relay

@Suite struct RejectionTests {
    let decoder = EventDecoder()

    @Test func allFaultsAreReportedTogether() throws {
        let value = #"""
            {"specversion":"1.0","source":"","type":"contact.created","sequence":7,
             "data":{"organization":{},"contact":{"firstName":5,"emails":[{"type":"work"},"x"],"metadata":{"contactRelay":1}}}}
            """#
        let decoded = decoder.decode(record(value))
        let rejection = try #require(decoded.rejection)
        #expect(rejection.reason.code == .malformedEvent)
        #expect(
            rejection.faults.map(\.path) == [
                "id", "source", "sequence", "data.externalId", "data.organization", "data.contact.firstName",
                "data.contact.emails[0].email", "data.contact.emails[1]", "data.contact.metadata.contactRelay",
            ])
        #expect(
            rejection.reason.message.hasPrefix("id: is missing; source: must not be empty; sequence: must be a string"))
        #expect(decoded.attributes == EventAttributes(type: "contact.created"))
    }

    @Test func aLongListIsCutAndCounted() throws {
        let emails = Array(repeating: "1", count: 200).joined(separator: ",")
        let data = #"{"externalId":"x","contact":{"emails":[\#(emails)]}}"#
        let rejection = try #require(decoder.decode(event(data: data)).rejection)
        #expect(rejection.faults.count == 200)
        #expect(rejection.reason.message.utf8.count <= Reason.messageLimit)
        let shown = rejection.reason.message.components(separatedBy: "must be an object").count - 1
        #expect(rejection.reason.message.hasSuffix("; and \(200 - shown) more"))
    }

    @Test func contactDataIsNotQuoted() throws {
        let data = #"{"externalId":["s3cret"],"contact":{"firstName":["s3cret"],"emails":[{"email":{"s3cret":1}}]}}"#
        let rejection = try #require(decoder.decode(event(data: data)).rejection)
        #expect(rejection.faults.count == 3)
        #expect(!rejection.reason.message.contains("s3cret"))
    }

    @Test(arguments: ["purge.requested", "purge.resolved", "record.restored"])
    func typesOfOtherTopicsAreUnsupported(_ type: String) throws {
        let rejection = try #require(decoder.decode(event(type: type)).rejection)
        #expect(rejection.reason.code == .unsupportedType && rejection.faults.map(\.path) == ["type"])
    }

    @Test func dataOfABrokenAttributeAndAnUnknownTypeWeighAsMalformed() throws {
        let decoded = decoder.decode(event(type: "contact.renamed", attributes: #""sequence":"","#))
        let rejection = try #require(decoded.rejection)
        #expect(rejection.reason.code == .malformedEvent)
        #expect(rejection.faults.map(\.path) == ["sequence", "type"])
    }

    /// Two names that differ only in a lone surrogate would both be read as U+FFFD.
    @Test func namesMustBeUnicodeText() throws {
        let rejection = try #require(decoder.decode(event(data: #"{"externalId":"a\ud800","contact":{}}"#)).rejection)
        #expect(rejection.faults.map(\.path) == ["data.externalId"])
        #expect(
            try decoder.decode(event(data: #"{"externalId":"a\ufffd","contact":{}}"#)).change().externalID
                == "a\u{FFFD}")
        let attributes = #""subject":"\udfff","#
        #expect(decoder.decode(event(attributes: attributes)).rejection?.reason.code == .malformedEvent)
    }

    /// Composed and decomposed forms are one string to Swift, and two names to every other system.
    @Test func externalIDsAreComparedByCodePoints() {
        let data = #"{"externalId":"caf\u00e9","contact":{"externalId":"cafe\u0301"}}"#
        #expect(decoder.decode(event(data: data)).rejection?.faults.map(\.path) == ["data.contact.externalId"])
        let same = #"{"externalId":"caf\u00e9","contact":{"externalId":"café"}}"#
        #expect(decoder.decode(event(data: same)).rejection == nil)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
