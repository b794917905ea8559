import GenesysCloud
import JSON
import Testing

@testable import Relay

/// What an update does not name stays as it was, byte for byte.
@Suite(.timeLimit(.minutes(2))) struct KeptMembersTests {
    private static let rich = #"""
        "firstName":"Ada","score":1.0,"big":12345678901234567890.0100,"exp":1E2,"custom":{"b":[3,1,2],"a":null},
        "emails":[{"email":"z@x","type":"work","primary":true,"extra":"é\u00e9"},{"email":"a@x","type":"home"}],
        "metadata":{"tier":"gold","contactRelay":{"sequences":{"/crm":"5"}}}
        """#

    @Test func unknownMembersNumbersAndTheOrderOfArraysStayAsTheyWere() async throws {
        let bench = ApplierBench(.withContact(Self.rich))
        #expect(await bench.apply(contact(.updated, #"{"lastName":"L"}"#)).words == ["updated"])
        let stored = try #require(bench.contact())
        for member in ["score", "big", "exp", "custom", "emails", "metadata"] {
            let original = try JSONValue(parsing: "{\(Self.rich)}")[member]?.text
            #expect(stored[member]?.text == original, "\(member)")
        }
        #expect(stored["lastName"]?.stringValue == "L")
    }

    @Test func anotherSpellingOfTheSameNumberIsNoChange() async {
        let bench = ApplierBench(.withContact(Self.rich))
        #expect(await bench.apply(contact(.updated, #"{"score":1,"exp":100.0}"#)).words == ["unchanged"])
        #expect(bench.api.writes.isEmpty)
    }

    @Test func anotherOrderOfAnArrayIsAChange() async {
        let bench = ApplierBench(.withContact(Self.rich))
        #expect(await bench.apply(contact(.updated, #"{"custom":{"b":[1,2,3]}}"#)).words == ["updated"])
        #expect(bench.contact()?["custom"]?["b"]?.text == "[1,2,3]")
    }

    @Test func metadataNullRemovesAllButTheReservedMember() async {
        let bench = ApplierBench(.withContact(Self.rich))
        #expect(await bench.apply(contact(.updated, #"{"metadata":null}"#)).words == ["updated"])
        #expect(bench.contact()?["metadata"]?.text == #"{"contactRelay":{"sequences":{"/crm":"5"}}}"#)
        #expect(await bench.apply(contact(.updated, #"{"metadata":null}"#)).words == ["unchanged"])
    }

    @Test func createdIsAMergePatchWhereTheContactIsThere() async {
        let bench = ApplierBench(.withContact(Self.rich))
        #expect(await bench.apply(contact(.created, #"{"firstName":"B"}"#)).words == ["updated"])
        #expect(bench.contact()?["emails"]?.elements.count == 2)
        #expect(
            await bench.apply(contact(.created, #"{"firstName":"B"}"#, in: .externalID("other"))).words == ["unchanged"]
        )
        #expect(bench.contact()?["organizationId"]?.stringValue == "org-1")
    }

    @Test func upsertedNeitherLooksUpNorChangesTheOrganizationOfAContactThatIsThere() async {
        let bench = ApplierBench(.withContact(Self.rich))
        let result = await bench.apply(contact(.upserted, #"{"firstName":"B"}"#, in: .externalID("nowhere")))
        #expect(result.words == ["updated"])
        #expect(bench.api.log.allSatisfy { $0.type == .contact })
    }

    @Test func anEmptyMetadataObjectIsKept() async {
        let bench = ApplierBench(.withContact(#""firstName":"A","metadata":{}"#))
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).words == ["updated"])
        #expect(bench.contact()?["metadata"]?.text == "{}")
        #expect(await bench.apply(contact(.updated, #"{"metadata":null}"#)).words == ["unchanged"])
    }
}
