import GenesysCloud
import JSON
import Testing

@testable import Relay

/// The traps that the source guides name, as far as they concern what is written.
@Suite(.timeLimit(.minutes(2))) struct GuideTrapTests {
    /// A repeated POST without an external id makes a second contact, silently.
    @Test func duplicateWithoutExternalID() async {
        let bench = ApplierBench()
        bench.api.inject { call, _ in call.verb == .create ? .lost(.timeOut) : nil }
        let change = contact(.created, #"{"firstName":"Ada"}"#)
        #expect(await bench.apply(change).interruptionWord == "retry timeout")
        bench.api.inject(nil)
        bench.api.clearLog()
        #expect(await bench.apply(change).words == ["created"])
        #expect(bench.api.writes.isEmpty)
        #expect(bench.api.directory.contacts.count == 1)
        #expect(bench.contact()?["externalId"]?.stringValue == "x")
    }

    /// PUT replaces the whole resource: what is not sent is wiped.
    @Test func putThatWipes() async {
        let bench = ApplierBench(
            .withContact(#""firstName":"A","phones":[{"number":"+1"}],"metadata":{"tier":"gold"},"unknown":[1]"#))
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#)).words == ["updated"])
        let stored = bench.contact()
        #expect(stored?["phones"]?.elements.count == 1)
        #expect(stored?["metadata"]?["tier"]?.stringValue == "gold")
        #expect(stored?["unknown"]?.text == "[1]")
    }

    /// `organizationId` cannot be changed by PUT.
    @Test func immutableOrganization() async {
        let bench = ApplierBench(.withContact())
        #expect(
            await bench.apply(contact(.upserted, #"{"firstName":"B"}"#, in: .externalID("other"))).words == ["updated"])
        #expect(bench.contact()?["organizationId"]?.stringValue == "org-1")
        #expect(await bench.apply(contact(.migrated, in: .externalID("other"))).words == ["migrated"])
        #expect(bench.contact()?["organizationId"]?.stringValue == "org-2")
        #expect(bench.api.directory.contacts.count == 1)
    }

    /// 409: the external id exists; it is looked up and the create goes on as an update.
    @Test func conflictOnCreateGoesOnAsAnUpdate() async {
        let bench = ApplierBench()
        // Between look-up and POST somebody else makes the contact.
        bench.api.pause { [api = bench.api] call in
            guard call.verb == .create else { return }
            api.change {
                $0.put(.contact, "c-z", #"{"externalId":"x","organizationId":"org-1","lastName":"Z"}"#)
            }
        }
        #expect(await bench.apply(contact(.created, #"{"firstName":"Ada"}"#)).words == ["updated"])
        #expect(bench.contact()?["lastName"]?.stringValue == "Z")
        #expect(bench.contact()?["firstName"]?.stringValue == "Ada")
    }

    /// An organization that still has contacts: the API refuses, and the outcome says so.
    @Test func deletingAnOrganizationWithContactsIsRejectedWithTheAPIsReason() async {
        let bench = ApplierBench(.withContact())
        let result = await bench.apply(organization(.deleted))
        #expect(result.words == ["rejected conflict"])
        #expect(result.settled.first?.status.reasonForTest?.message == "the organization still has contacts")
    }
}
