import GenesysCloud
import JSON
import Testing

@testable import Relay

/// What was deleted does not come back by an older event.
@Suite(.timeLimit(.minutes(2))) struct DeletionTests {
    private static let stale = contact(.upserted, #"{"firstName":"Stale"}"#, sequence: "6")

    /// In the same process, in the next one, and when the partition was away.
    enum Passage: CaseIterable {
        case sameProcess
        case restart
        case restartAfterCompaction
        case handOver
    }

    private func pass(_ passage: Passage, _ bench: inout ApplierBench, _ settled: [AppliedChange]) {
        bench.commit(settled)
        switch passage {
        case .sameProcess: break
        case .restart: bench.restart()
        case .restartAfterCompaction:
            bench.compact()
            bench.restart()
        case .handOver: bench.handOver()
        }
    }

    @Test(arguments: Passage.allCases) func aStaleEventDoesNotBringAContactBack(_ passage: Passage) async {
        var bench = ApplierBench(.withContact())
        let deleted = await bench.apply(contact(.deleted, sequence: "7"))
        #expect(deleted.words == ["deleted"])
        pass(passage, &bench, deleted.settled)
        let result = await bench.apply(
            Self.stale, contact(.created, sequence: "5"), contact(.updated, "{}", sequence: "6"),
            contact(.deleted, sequence: "6"), contact(.migrated, in: .externalID("other"), sequence: "6"))
        #expect(result.words == Array(repeating: "superseded", count: 5))
        #expect(result.settled.allSatisfy { $0.status.reasonForTest?.code == .staleSequence })
        #expect(bench.contact() == nil)
        #expect(result.settled.allSatisfy { $0.deletion == nil })
    }

    @Test(arguments: Passage.allCases) func aNewerEventMakesANewContactThatHoldsTheOldMarks(_ passage: Passage) async {
        var bench = ApplierBench(.withContact())
        pass(passage, &bench, await bench.apply(contact(.deleted, sequence: "7")).settled)
        let result = await bench.apply(
            contact(.upserted, #"{"firstName":"B"}"#, sequence: "8", source: "/erp"), Self.stale)
        #expect(result.words == ["created", "superseded"])
        #expect(
            bench.contact()?["metadata"]?["contactRelay"]?["sequences"]?.text == #"{"/crm":"7","/erp":"8"}"#)
        #expect(await bench.apply(contact(.upserted, #"{"firstName":"C"}"#, sequence: "8")).words == ["updated"])
    }

    @Test(arguments: Passage.allCases) func anEventWithoutASequenceMakesANewContact(_ passage: Passage) async {
        var bench = ApplierBench(.withContact())
        pass(passage, &bench, await bench.apply(contact(.deleted, sequence: "7")).settled)
        #expect(await bench.apply(contact(.created), Self.stale).words == ["created", "superseded"])
        #expect(bench.contact()?["firstName"] == nil)
    }

    /// Somebody made the contact anew, and knows nothing of marks.
    @Test func aContactThatIsThereAgainIsJudgedByBoth() async {
        let bench = ApplierBench(.withContact())
        _ = await bench.apply(contact(.deleted, sequence: "7"))
        bench.api.change { $0.put(.contact, "c-new", #"{"externalId":"x","organizationId":"org-1"}"#) }
        let result = await bench.apply(
            Self.stale, contact(.deleted, sequence: "6"), contact(.migrated, in: .externalID("other"), sequence: "6"),
            contact(.updated, #"{"firstName":"B"}"#, sequence: "7"))
        #expect(result.words == ["superseded", "superseded", "superseded", "updated"])
    }

    @Test(arguments: Passage.allCases) func whatTheContactCarriedGoesOnCounting(_ passage: Passage) async {
        var bench = ApplierBench(
            .withContact(#""metadata":{"contactRelay":{"sequences":{"/crm":"7","/erp":"3"}}}"#))
        // Not written yet: it is in this process's memory alone.
        _ = await bench.apply(contact(.updated, "{}", sequence: "9", source: "/web"))
        let deleted = await bench.apply(contact(.deleted, source: "/dpo"))
        #expect(deleted.settled[0].deletion?.marks.json.text == #"{"/crm":"7","/erp":"3","/web":"9"}"#)
        pass(passage, &bench, deleted.settled)
        let result = await bench.apply(
            Self.stale, contact(.upserted, sequence: "2", source: "/erp"),
            contact(.upserted, sequence: "8", source: "/web"), contact(.upserted, sequence: "1", source: "/new"))
        #expect(result.words == ["superseded", "superseded", "superseded", "created"])
    }

    @Test func withoutAnySequenceThereIsNothingToRemember() async {
        let bench = ApplierBench(.withContact())
        let result = await bench.apply(contact(.deleted), contact(.deleted))
        #expect(result.words == ["deleted", "unchanged"])
        #expect(result.settled.allSatisfy { $0.deletion == nil })
    }

    /// After a crash between DELETE and commit the event done again finds nothing, and must be remembered just the same.
    @Test(arguments: Passage.allCases) func aDeletionThatFindsNothingIsRememberedToo(_ passage: Passage) async {
        var bench = ApplierBench()
        let unchanged = await bench.apply(contact(.deleted, sequence: "7"))
        #expect(unchanged.words == ["unchanged"])
        #expect(unchanged.settled[0].deletion != nil)
        pass(passage, &bench, unchanged.settled)
        #expect(await bench.apply(Self.stale).words == ["superseded"])
    }

    @Test func aCrashBeforeTheCommitIsMadeGoodByTheEventDoneAgain() async {
        for byID in [false, true] {
            var bench = ApplierBench(.withContact())
            let deletion = contact(
                .deleted, externalID: byID ? nil : "x", id: byID ? "c-x" : nil, sequence: "7", key: "x")
            _ = await bench.apply(deletion)
            bench.restart()
            let again = await bench.apply(deletion)
            #expect(again.words == ["unchanged"])
            bench.commit(again.settled)
            bench.restart()
            #expect(await bench.apply(Self.stale).words == ["superseded"], "by id: \(byID)")
        }
    }

    @Test func whatWasNeverCommittedIsForgottenWithThePartition() async {
        let bench = ApplierBench(.withContact())
        _ = await bench.apply(contact(.deleted, sequence: "7"))
        bench.handOver()
        #expect(await bench.apply(Self.stale).words == ["created"])
    }

    @Test func eachDeletionOfAFoldHasItsOwn() async throws {
        let bench = ApplierBench()
        let changes = [
            contact(.upserted, sequence: "1", event: "e1"), contact(.deleted, sequence: "3", event: "e2"),
            contact(.upserted, sequence: "2", event: "e3"), contact(.upserted, sequence: "4", event: "e4"),
            contact(.deleted, source: "/dpo", event: "e5"), contact(.upserted, sequence: "3", event: "e6"),
            contact(.deleted, sequence: "5", event: "e7"), contact(.deleted, sequence: "6", event: "e8"),
        ]
        let words = ["created", "deleted", "superseded", "created", "deleted", "superseded", "unchanged", "unchanged"]
        let result = await bench.apply(changes)
        #expect(result.words == words)
        #expect(bench.api.writes.isEmpty)
        #expect(
            result.settled.map { $0.deletion?.marks.json.text } == [
                nil, #"{"/crm":"3"}"#, nil, nil, #"{"/crm":"4"}"#, nil, #"{"/crm":"5"}"#, #"{"/crm":"6"}"#,
            ])
        #expect(result.settled.compactMap { $0.deletion?.event.id } == ["e2", "e5", "e7", "e8"])
        // One after another they end the same.
        let single = ApplierBench()
        #expect(await single.applyOneByOne(changes).map(\.word) == words)
    }

    @Test func aFoldThatIsRefusedBuriesNobody() async {
        var directory = InMemoryDirectory.withContact()
        directory.put(.organization, "org-3", #"{"externalId":"empty"}"#)
        let bench = ApplierBench(directory)
        // It still has a contact.
        let refused = await bench.apply(organization(.deleted, sequence: "7"))
        #expect(refused.words == ["rejected conflict"])
        #expect(refused.settled[0].deletion == nil)
        #expect(await bench.apply(organization(.updated, #"{"name":"B"}"#, sequence: "6")).words == ["updated"])
        #expect(await bench.apply(organization(.deleted, externalID: "empty", sequence: "7")).words == ["deleted"])
        #expect(await bench.apply(organization(.created, externalID: "empty", sequence: "6")).words == ["superseded"])
    }

    @Test func aLostAnswerIsRememberedWhenItTurnsOutToHaveBeenDone() async {
        let bench = ApplierBench(.withContact())
        bench.api.inject { call, _ in call.verb == .delete ? .lost(.timeOut) : nil }
        let deletion = contact(.deleted, sequence: "7")
        #expect(await bench.apply(deletion).settled.isEmpty)
        #expect(bench.deletions.snapshot.entries == 0)
        bench.api.inject(nil)
        let result = await bench.apply(deletion, Self.stale)
        #expect(result.words == ["deleted", "superseded"])
        #expect(result.settled[0].deletion?.id == "c-x" || result.settled[0].deletion?.id == nil)
    }

    @Test func aContactDeletedByItsGenesysIdIsKnownByBothNames() async {
        for passage in Passage.allCases {
            var bench = ApplierBench(.withContact())
            let byID = contact(.deleted, externalID: nil, id: "c-x", sequence: "7")
            let deleted = await bench.apply(byID)
            #expect(deleted.settled[0].deletion?.externalID == "x")
            pass(passage, &bench, deleted.settled)
            let result = await bench.apply(
                Self.stale, contact(.updated, "{}", externalID: nil, id: "c-x", sequence: "6"))
            #expect(result.words == ["superseded", "superseded"])
            // Deleted again: its external id is known still.
            #expect(await bench.apply(byID).settled[0].deletion?.externalID == "x")
        }
    }

    @Test func theKeyOfARecordStandsForAnExternalIdThatNothingElseTells() async {
        let bench = ApplierBench(.withContact())
        func deletion(_ id: String, key: String) -> PendingChange {
            contact(.deleted, externalID: nil, id: id, sequence: "7", key: key)
        }
        #expect(await bench.apply(deletion("c-gone", key: "y")).settled[0].deletion?.externalID == "y")
        #expect(await bench.apply(deletion("c-gone2", key: "c-gone2")).settled[0].deletion?.externalID == nil)
        // The contact itself says better.
        #expect(await bench.apply(deletion("c-x", key: "z")).settled[0].deletion?.externalID == "x")
        #expect(await bench.apply(deletion("c-x", key: "z")).settled[0].deletion?.externalID == "x")
    }

    @Test func aMoveBuriesNobody() async {
        let bench = ApplierBench(.withContact())
        let moved = await bench.apply(contact(.migrated, in: .externalID("other"), sequence: "7"))
        #expect(moved.words == ["migrated"])
        #expect(moved.settled[0].deletion == nil)
        #expect(bench.deletions.snapshot.entries == 0)
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, sequence: "8")).words == ["updated"])
    }

    /// A copy is all that is left of a move that was given up; the person was deleted since.
    @Test func aStaleMoveDoesNotBringACopyBack() async {
        let bench = ApplierBench(.withContact())
        bench.api.inject { call, _ in call.verb == .replace ? .refused(.unavailable) : nil }
        let move = contact(.migrated, in: .externalID("other"), sequence: "5")
        #expect(await bench.apply(move).interruptionWord == "retry serverError")
        bench.api.inject(nil)
        #expect(await bench.apply(contact(.deleted, sequence: "7")).words == ["unchanged"])
        #expect(await bench.apply(move).words == ["superseded"])
        #expect(bench.contact() == nil)
    }

    @Test func withoutMarksNothingIsRememberedAndNothingJudged() async {
        let bench = ApplierBench(.withContact(), keepsMarks: false)
        let deleted = await bench.apply(contact(.deleted, sequence: "7"))
        #expect(deleted.settled[0].deletion == nil)
        #expect(await bench.apply(Self.stale).words == ["created"])
    }

    @Test func organizationsAndContactsOfOneNameAreTwo() async {
        var bench = ApplierBench(.withContact())
        bench.commit(await bench.apply(contact(.deleted, externalID: "acme", sequence: "7")).settled)
        bench.commit(await bench.apply(organization(.deleted, externalID: "new", sequence: "7")).settled)
        bench.commit(await bench.apply(contact(.deleted, externalID: "new", sequence: "3")).settled)
        bench.compact()
        bench.restart()
        #expect(bench.deletions.snapshot.entries == 3)
        #expect(await bench.apply(organization(.updated, #"{"name":"B"}"#, sequence: "6")).words == ["updated"])
        #expect(await bench.apply(organization(.created, externalID: "new", sequence: "6")).words == ["superseded"])
        #expect(await bench.apply(contact(.created, externalID: "new", sequence: "6")).words == ["created"])
    }
}
