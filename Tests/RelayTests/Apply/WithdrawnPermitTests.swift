import GenesysCloud
import JSON
import Testing

@testable import Relay

/// A permit that is withdrawn just before a write: nothing more is written, nothing counts, and the change comes again.
@Suite(.timeLimit(.minutes(2))) struct WithdrawnPermitTests {
    private static let twoPrimaries =
        #"{"emails":[{"email":"a@x","type":"work","primary":true},{"email":"b@x","type":"work","primary":true}]}"#

    /// Given for so many writes, then withdrawn for good.
    private static func permit(forWrites count: Int) -> WritePermit {
        let asked = Counter()
        return WritePermit { asked.next() <= count }
    }

    /// For each number of writes that may still be done: applies, expects nothing beyond them, then applies again as the
    /// next owner does, who must find everything in order. Gives back how many writes the whole took.
    private func stopBeforeEachWrite(
        _ directory: InMemoryDirectory, _ changes: [PendingChange],
        _ expectEnd: (ApplierBench, String) -> Void
    ) async -> Int {
        for allowed in 0..<20 {
            var bench = ApplierBench(directory)
            let note = "\(allowed) writes allowed"
            let result = await bench.applier.apply(changes, permit: Self.permit(forWrites: allowed))
            guard result.interruption != nil else { return allowed }
            #expect(result.interruptionWord == "cancelled", "\(note)")
            #expect(bench.api.writes.count == allowed, "\(note)")
            // The same process, to which the partition comes back, finds no lock that was left behind.
            let settled = result.settled.count
            _ = await bench.apply(Array(changes[settled...]))
            expectEnd(bench, note + ", the same process")

            bench = ApplierBench(directory)
            _ = await bench.applier.apply(changes, permit: Self.permit(forWrites: allowed))
            bench.restart()
            _ = await bench.apply(Array(changes[settled...]))
            expectEnd(bench, note + ", another process")
        }
        Issue.record("never done")
        return 0
    }

    @Test func aCreateIsKept() async {
        let writes = await stopBeforeEachWrite(.standard, [contact(.created, #"{"firstName":"B"}"#)]) { bench, note in
            #expect(bench.contact()?["firstName"]?.stringValue == "B", "\(note)")
        }
        #expect(writes == 1)
    }

    @Test func aReplaceIsKept() async {
        let writes = await stopBeforeEachWrite(
            .withContact(),
            [contact(.updated, #"{"firstName":"B"}"#), contact(.updated, #"{"lastName":"C"}"#)]
        ) { bench, note in
            #expect(bench.contact()?["firstName"]?.stringValue == "B", "\(note)")
            #expect(bench.contact()?["lastName"]?.stringValue == "C", "\(note)")
        }
        #expect(writes == 1)
    }

    @Test func aDeleteIsKept() async {
        let writes = await stopBeforeEachWrite(.withContact(), [contact(.deleted)]) { bench, note in
            #expect(bench.contact() == nil, "\(note)")
        }
        #expect(writes == 1)
    }

    @Test func everyStepOfAMigrationIsKept() async {
        for change in [
            contact(.migrated, in: .externalID("other")),
            contact(.migrated, externalID: nil, id: "c-x", in: .externalID("other")),
        ] {
            let writes = await stopBeforeEachWrite(.withContact(), [change]) { bench, note in
                #expect(bench.api.directory.contacts.count == 1, "\(note)")
                #expect(bench.contact()?["organizationId"]?.stringValue == "org-2", "\(note)")
            }
            // Copy, deletion of the source, external id.
            #expect(writes == 3)
        }
    }

    @Test func everyStepOfAMigrationThatMeetsItsOwnCopyIsKept() async {
        for target in ["other", "third"] {
            var directory = InMemoryDirectory.withContact()
            directory.put(.organization, "org-3", #"{"externalId":"third"}"#)
            let bench = ApplierBench(directory)
            _ = await bench.applier.apply(
                [contact(.migrated, in: .externalID(target))], permit: Self.permit(forWrites: 1))
            let writes = await stopBeforeEachWrite(
                bench.api.directory, [contact(.migrated, in: .externalID("other"))]
            ) { bench, note in
                #expect(bench.api.directory.contacts.count == 1, "\(note)")
                #expect(bench.contact()?["organizationId"]?.stringValue == "org-2", "\(note)")
            }
            // POST (409), then the copy is replaced, or deleted and made anew; then the rest.
            #expect(writes == (target == "other" ? 4 : 5))
        }
    }

    @Test func aMoveOfOneWithoutAnExternalIdIsNotTakenForDone() async {
        var directory = InMemoryDirectory.standard
        directory.put(.contact, "c-x", #"{"organizationId":"org-1","firstName":"Ada"}"#)
        let bench = ApplierBench(directory)
        let change = contact(.migrated, externalID: nil, id: "c-x", in: .externalID("other"))
        _ = await bench.applier.apply([change], permit: Self.permit(forWrites: 2))
        // Somebody else takes the half-done copy away.
        let copy = bench.api.directory.contacts.keys.first
        bench.api.change { directory in
            if let copy { directory.put(.contact, copy, #"{"organizationId":"org-2"}"#) }
        }
        #expect(await bench.apply(change).words == ["rejected notFound"])
    }

    @Test func aFoldThatIsTakenApartStopsWhereThePermitEnds() async {
        let changes = [
            contact(.updated, #"{"custom":1}"#), contact(.updated, Self.twoPrimaries),
            contact(.updated, #"{"custom":2}"#),
        ]
        let writes = await stopBeforeEachWrite(.withContact(), changes) { bench, note in
            #expect(bench.contact()?["custom"]?.intValue == 2, "\(note)")
            #expect(bench.contact()?["emails"] == nil, "\(note)")
        }
        // The whole, then each.
        #expect(writes == 4)
    }

    @Test func theSecondRoundAsksAgain() async {
        let bench = ApplierBench()
        bench.api.inject { call, _ in call.verb == .create ? .refused(.conflicting) : nil }
        let result = await bench.applier.apply(
            [contact(.created, #"{"firstName":"B"}"#)], permit: Self.permit(forWrites: 1))
        #expect(result.interruptionWord == "cancelled")
        #expect(bench.api.writes.count == 1)
    }

    @Test func aCreateInAnOrganizationResolvedAfreshAsksAgain() async {
        let bench = ApplierBench()
        _ = await bench.apply(contact(.created, externalID: "first"))
        bench.api.clearLog()
        bench.api.change { directory in
            directory.remove(.organization, "org-1")
            directory.put(.organization, "org-9", #"{"externalId":"acme"}"#)
        }
        let result = await bench.applier.apply([contact(.created)], permit: Self.permit(forWrites: 1))
        #expect(result.interruptionWord == "cancelled")
        #expect(bench.api.writes.count == 1)
        #expect(await bench.apply(contact(.created)).words == ["created"])
    }

    /// What was refused did not happen, so an event that finds its own effect there has not made it.
    @Test func aRefusedWriteIsNoUncertainOne() async {
        let bench = ApplierBench(.withContact())
        let change = contact(.updated, #"{"firstName":"B"}"#)
        _ = await bench.applier.apply([change], permit: WritePermit { false })
        bench.api.change { directory in
            directory.put(.contact, "c-x", #"{"externalId":"x","organizationId":"org-1","firstName":"B"}"#)
        }
        #expect(await bench.apply(change).words == ["unchanged"])
    }

    @Test func whatNeedsNoWriteNeedsNoPermit() async {
        let bench = ApplierBench(.withContact())
        let result = await bench.applier.apply(
            [contact(.updated, #"{"firstName":"Ada"}"#)], permit: WritePermit { false })
        #expect(result.words == ["unchanged"])
    }
}
