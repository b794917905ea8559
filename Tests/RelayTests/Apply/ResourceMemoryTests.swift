import GenesysCloud
import JSON
import TestSupport
import Testing

@testable import Relay

/// What is remembered saves requests and is checked on use.
@Suite(.timeLimit(.minutes(2))) struct ResourceMemoryTests {
    private func verbs(_ bench: ApplierBench) -> [String] { bench.api.log.map { "\($0.verb) \($0.type)" } }

    @Test func aNewContactCostsALookUpAndAPOSTAndItsOrganizationOnce() async {
        let bench = ApplierBench()
        let first = await bench.apply(contact(.upserted, externalID: "a"))
        #expect(verbs(bench) == ["find contact", "find organization", "create contact"])
        #expect(first.requests == 3)
        #expect(await bench.apply(contact(.upserted, externalID: "b")).requests == 2)
    }

    @Test func aKnownContactCostsGETAndPUT() async {
        let bench = ApplierBench()
        _ = await bench.apply(contact(.upserted))
        bench.api.clearLog()
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).requests == 2)
        #expect(verbs(bench) == ["get contact", "replace contact"])
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).requests == 1)
    }

    @Test func tenNeighboursCostAsMuchAsOne() async {
        let bench = ApplierBench(.withContact())
        _ = await bench.apply(contact(.updated))
        let result = await bench.apply((0..<10).map { contact(.updated, #"{"custom":\#($0)}"#, event: "e\($0)") })
        #expect(result.requests == 2)
        #expect(result.settled.map(\.tally.requests) == Array(repeating: 0, count: 9) + [2])
        #expect(result.settled.map(\.coalescedInto) == Array(repeating: "e9", count: 9) + [nil])
        #expect(result.settled.allSatisfy { $0.contactID == "c-x" && $0.organizationID == "org-1" })
    }

    @Test func anIDThatIsGoneIsDropped() async {
        let bench = ApplierBench(.withContact())
        _ = await bench.apply(contact(.updated))
        bench.api.change {
            $0.remove(.contact, "c-x")
            $0.put(.contact, "c-new", #"{"externalId":"x","organizationId":"org-1"}"#)
        }
        bench.api.clearLog()
        let result = await bench.apply(contact(.updated, #"{"firstName":"B"}"#))
        #expect(result.settled.first?.contactID == "c-new")
        #expect(verbs(bench) == ["get contact", "find contact", "get contact", "replace contact"])
        #expect(await bench.apply(contact(.updated, #"{"firstName":"C"}"#)).requests == 2)
    }

    @Test func anIDThatHasAnotherExternalIDByNowIsDropped() async {
        let bench = ApplierBench(.withContact())
        _ = await bench.apply(contact(.updated))
        bench.api.change { $0.put(.contact, "c-x", #"{"externalId":"someone","organizationId":"org-1"}"#) }
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).words == ["rejected notFound"])
        #expect(bench.api.writes.isEmpty)
        #expect(await bench.apply(contact(.created, #"{"firstName":"B"}"#)).words == ["created"])
        #expect(bench.api.directory.contacts.count == 2)
    }

    @Test func aContactThatGoesBetweenReadAndWriteIsLookedForOnceMore() async {
        let bench = ApplierBench(.withContact())
        bench.api.pause { [api = bench.api] call in
            if call.verb == .replace { api.change { $0.remove(.contact, "c-x") } }
        }
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).words == ["rejected notFound"])
        let other = ApplierBench(.withContact())
        other.api.pause { [api = other.api] call in
            if call.verb == .replace { api.change { $0.remove(.contact, "c-x") } }
        }
        #expect(await other.apply(contact(.upserted, #"{"firstName":"B"}"#)).words == ["created"])
    }

    @Test func aContactIsTakenFromMemoryOnlyWithinItsTime() async {
        let bench = ApplierBench(.withContact(), contactTTL: .seconds(10))
        _ = await bench.apply(contact(.updated, #"{"firstName":"B"}"#))
        bench.api.clearLog()
        #expect(await bench.apply(contact(.updated, #"{"firstName":"C"}"#)).words == ["updated"])
        #expect(verbs(bench) == ["replace contact"])
        bench.time.advance(by: .seconds(11))
        #expect(await bench.apply(contact(.updated, #"{"firstName":"C"}"#)).words == ["unchanged"])
        #expect(verbs(bench) == ["replace contact", "get contact"])
    }

    @Test func whenPartitionsCameTheContactIsReadAgain() async {
        let bench = ApplierBench(.withContact(), contactTTL: .seconds(10))
        _ = await bench.apply(contact(.updated, #"{"firstName":"B"}"#))
        // It went to another replica and came back.
        bench.api.change { $0.put(.contact, "c-x", #"{"externalId":"x","organizationId":"org-1","lastName":"Z"}"#) }
        bench.applier.ownershipChanged()
        bench.api.clearLog()
        #expect(await bench.apply(contact(.updated, #"{"firstName":"C"}"#)).words == ["updated"])
        #expect(verbs(bench) == ["get contact", "replace contact"])
    }

    @Test func afterALostAnswerTheContactIsReadAgain() async {
        let bench = ApplierBench(.withContact(), contactTTL: .seconds(10))
        _ = await bench.apply(contact(.updated))
        bench.api.inject { call, _ in call.verb == .replace ? .lost(.timeOut) : nil }
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).interruptionWord == "retry timeout")
        bench.api.inject(nil)
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).words == ["updated"])
        #expect(verbs(bench).suffix(2) == ["replace contact", "get contact"])
    }

    @Test func byGenesysIDAContactIsReadChangedAndDeleted() async {
        let bench = ApplierBench(.withContact())
        let byID = { (verb: ChangeVerb, patch: String?) in contact(verb, patch, externalID: nil, id: "c-x", in: nil) }
        #expect(await bench.apply(byID(.updated, #"{"firstName":"B"}"#)).words == ["updated"])
        #expect(bench.contact()?["externalId"]?.stringValue == "x")
        #expect(await bench.apply(byID(.deleted, nil), byID(.deleted, nil)).words == ["deleted", "unchanged"])
        #expect(await bench.apply(byID(.updated, nil)).words == ["rejected notFound"])
        // The external id is known to be free again.
        #expect(await bench.apply(contact(.created)).words == ["created"])
    }

    @Test func aDELETEThatIsAnswered404IsApplied() async {
        let bench = ApplierBench(.withContact())
        bench.api.pause { [api = bench.api] call in
            if call.verb == .delete { api.change { $0.remove(.contact, "c-x") } }
        }
        #expect(await bench.apply(contact(.deleted)).words == ["deleted"])
    }

    @Test func idsThatLookAlikeAreNotTheSame() async {
        let bench = ApplierBench()
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(await bench.apply(contact(.created, externalID: composed)).words == ["created"])
        #expect(await bench.apply(contact(.created, externalID: decomposed)).words == ["created"])
        #expect(bench.api.directory.contacts.count == 2)
        #expect(ResourceName(.contact, composed) != ResourceName(.contact, decomposed))
    }
}
