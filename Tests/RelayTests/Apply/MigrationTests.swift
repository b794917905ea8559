import GenesysCloud
import JSON
import Testing

@testable import Relay

/// Moves between organizations: every step can be the last, and done again there is exactly one contact.
@Suite(.timeLimit(.minutes(2))) struct MigrationTests {
    enum Naming: CaseIterable {
        case externalID
        case id
        case idOfOneWithoutExternalID
    }

    private static let members = #"""
        "firstName":"Ada","lastName":"L","custom":1.50,"emails":[{"email":"a@x.org","type":"work","primary":true}],
        "metadata":{"tier":"gold","contactRelay":{"sequences":{"/crm":"5"}}}
        """#

    private static func directory(_ naming: Naming) -> InMemoryDirectory {
        guard naming == .idOfOneWithoutExternalID else { return .withContact(members) }
        var directory = InMemoryDirectory.standard
        directory.put(.contact, "c-x", #"{"organizationId":"org-1",\#(members)}"#)
        return directory
    }

    private static func migration(_ naming: Naming, to target: String = "other", sequence: String? = nil)
        -> PendingChange
    {
        let byExternalID = naming == .externalID
        return contact(
            .migrated, externalID: byExternalID ? "x" : nil, id: byExternalID ? nil : "c-x", in: .externalID(target),
            sequence: sequence)
    }

    /// Exactly one contact, in the target, with its own external id and all that a client had written.
    private func expectMoved(_ bench: ApplierBench, _ naming: Naming, firstName: String = "Ada", _ note: String) {
        let contacts = Array(bench.api.directory.contacts.values)
        #expect(contacts.count == 1, "\(note): \(contacts.map(\.text))")
        guard let moved = contacts.first else { return }
        #expect(moved["organizationId"]?.stringValue == "org-2", "\(note)")
        #expect(moved["id"]?.stringValue != "c-x", "\(note)")
        #expect(moved["externalId"]?.stringValue == (naming == .idOfOneWithoutExternalID ? nil : "x"), "\(note)")
        #expect(moved["firstName"]?.stringValue == firstName, "\(note)")
        #expect(moved["custom"]?.text == "1.50", "\(note)")
        #expect(moved["emails"]?.elements.count == 1, "\(note)")
        #expect(moved["metadata"]?["tier"]?.stringValue == "gold", "\(note)")
        #expect(moved["metadata"]?["contactRelay"]?["migration"] == nil, "\(note)")
        #expect(moved["metadata"]?["contactRelay"]?["sequences"]?["/crm"]?.stringValue == "5", "\(note)")
    }

    @Test(arguments: Naming.allCases) func aContactMovesWithAllItHas(naming: Naming) async {
        let bench = ApplierBench(Self.directory(naming))
        let result = await bench.apply(Self.migration(naming))
        #expect(result.words == ["migrated"])
        #expect(result.settled.first?.previousContactID == "c-x")
        #expect(result.settled.first?.contactID == bench.api.directory.contacts.keys.first)
        #expect(result.settled.first?.organizationID == "org-2")
        expectMoved(bench, naming, "\(naming)")
    }

    @Test(arguments: Naming.allCases) func everyStepCanBeTheLastBeforeACrash(naming: Naming) async {
        var steps = 0
        for isDone in [false, true] {
            for step in 0..<20 {
                var bench = ApplierBench(Self.directory(naming))
                bench.api.crash(atCall: step, afterDoing: isDone)
                let first = await bench.apply(Self.migration(naming))
                if first.interruption == nil { break }
                steps += 1
                let note = "\(naming), call \(step), done: \(isDone)"
                #expect(first.interruptionWord == "cancelled", "\(note)")
                // At no time there is none.
                #expect(!bench.api.directory.contacts.isEmpty, "\(note)")
                bench.restart()
                let isOver = bench.api.directory.contacts["c-x"] == nil && Self.copy(bench) == nil
                let second = await bench.apply(Self.migration(naming))
                expectMoved(bench, naming, note)
                if !isOver {
                    #expect(second.words == ["migrated"], "\(note)")
                    #expect(second.settled.first?.previousContactID == "c-x", "\(note)")
                    #expect(second.settled.first?.contactID == bench.api.directory.contacts.keys.first, "\(note)")
                }
                bench.restart()
                _ = await bench.apply(Self.migration(naming))
                expectMoved(bench, naming, note + ", a third time")
            }
        }
        #expect(steps >= 12)
    }

    @Test(arguments: Naming.allCases) func crashAfterCrashEndsWithOneContact(naming: Naming) async {
        for first in 0..<9 {
            for second in 0..<9 {
                var bench = ApplierBench(Self.directory(naming))
                for step in [first, second] {
                    bench.api.crash(atCall: step, afterDoing: true)
                    _ = await bench.apply(Self.migration(naming))
                    #expect(!bench.api.directory.contacts.isEmpty)
                    bench.restart()
                }
                _ = await bench.apply(Self.migration(naming))
                expectMoved(bench, naming, "\(naming), calls \(first) and \(second)")
            }
        }
    }

    @Test func aLostAnswerOfTheCopysPOSTShowsAs409() async {
        let bench = ApplierBench(Self.directory(.externalID))
        bench.api.inject { call, _ in call.verb == .create ? .lost(.timeOut) : nil }
        #expect(await bench.apply(Self.migration(.externalID)).interruptionWord == "retry timeout")
        bench.api.inject(nil)
        bench.api.clearLog()
        #expect(await bench.apply(Self.migration(.externalID)).words == ["migrated"])
        #expect(bench.api.log.filter { $0.verb == .create }.count == 1)
        expectMoved(bench, .externalID, "lost POST")
    }

    @Test func aCopyIsBroughtUpToASourceThatHasChangedMeanwhile() async {
        for naming in [Naming.externalID, .id] {
            var bench = ApplierBench(Self.directory(naming))
            bench.api.inject { call, _ in call.verb == .delete ? .refused(.unavailable) : nil }
            #expect(await bench.apply(Self.migration(naming)).interruptionWord == "retry serverError")
            bench.restart()
            #expect(await bench.apply(contact(.updated, #"{"firstName":"Grace"}"#)).words == ["updated"])
            #expect(await bench.apply(Self.migration(naming)).words == ["migrated"])
            expectMoved(bench, naming, firstName: "Grace", "\(naming)")
        }
    }

    @Test func aStaleCopyInAnotherOrganizationIsReplaced() async {
        var directory = Self.directory(.externalID)
        directory.put(.organization, "org-3", #"{"externalId":"third"}"#)
        var bench = ApplierBench(directory)
        bench.api.inject { call, _ in call.verb == .delete ? .refused(.unavailable) : nil }
        _ = await bench.apply(Self.migration(.externalID, to: "third"))
        bench.restart()
        #expect(await bench.apply(Self.migration(.externalID)).words == ["migrated"])
        expectMoved(bench, .externalID, "stale copy")
    }

    @Test func aContactInTheTargetAlreadyIsUnchanged() async {
        let bench = ApplierBench(Self.directory(.externalID))
        let result = await bench.apply(Self.migration(.externalID, to: "acme"))
        #expect(result.words == ["unchanged"])
        #expect(bench.api.writes.isEmpty)
        #expect(result.settled.first?.contactID == "c-x")
    }

    @Test func aContactThatIsNotThereCannotMove() async {
        let bench = ApplierBench()
        #expect(await bench.apply(Self.migration(.externalID)).words == ["rejected notFound"])
        #expect(await bench.apply(Self.migration(.id)).words == ["rejected notFound"])
        #expect(bench.api.writes.isEmpty)
    }

    @Test func aMoveIntoAMissingOrganizationWaits() async {
        let bench = ApplierBench(Self.directory(.externalID))
        let result = await bench.apply(Self.migration(.externalID, to: "nowhere"))
        #expect(result.interruptionWord == "wait nowhere")
        #expect(bench.api.writes.isEmpty)
        bench.api.change { $0.put(.organization, "org-9", #"{"externalId":"unrelated"}"#) }
        let byID = contact(.migrated, in: .id("org-gone"))
        #expect(await bench.apply(byID).words == ["rejected organizationNotFound"])
        #expect(bench.api.directory.contacts.keys.sorted() == ["c-x"])
    }

    @Test func sequencesHoldForMovesToo() async {
        let bench = ApplierBench(Self.directory(.externalID))
        #expect(await bench.apply(Self.migration(.externalID, sequence: "4")).words == ["superseded"])
        #expect(await bench.apply(Self.migration(.externalID, sequence: "6")).words == ["migrated"])
        let moved = bench.contact()
        #expect(moved?["metadata"]?["contactRelay"]?["sequences"]?["/crm"]?.stringValue == "6")
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, sequence: "5")).words == ["superseded"])
    }

    @Test func aFoldStopsBeforeAMove() async {
        let bench = ApplierBench(Self.directory(.externalID))
        let changes = [
            contact(.updated, #"{"firstName":"B"}"#), Self.migration(.externalID),
            contact(.updated, #"{"firstName":"C"}"#), contact(.updated, #"{"firstName":"Ada"}"#),
        ]
        #expect(await bench.applier.apply(changes).settled.count == 1)
        #expect(await bench.applier.apply(Array(changes[1...])).settled.map(\.word) == ["migrated"])
        #expect(await bench.applier.apply(Array(changes[2...])).settled.count == 2)
        expectMoved(bench, .externalID, "fold")
    }

    private static func copy(_ bench: ApplierBench) -> JSONValue? {
        bench.api.directory.contacts.values.first {
            $0["externalId"]?.stringValue?.hasPrefix("contact-relay:migration:") == true
        }
    }

    @Test func aCopyFromMemoryIsNotMoved() async {
        let bench = ApplierBench(Self.directory(.externalID), contactTTL: .seconds(60))
        #expect(await bench.apply(contact(.updated, #"{"firstName":"Ada"}"#)).words == ["unchanged"])
        // Somebody else deletes it: a move must not bring it back.
        bench.api.change { $0.remove(.contact, "c-x") }
        #expect(await bench.apply(Self.migration(.externalID)).words == ["rejected notFound"])
        #expect(bench.api.directory.contacts.isEmpty)
    }

    @Test func aMoveThatChangesNothingStillRaisesTheMark() async {
        let bench = ApplierBench(Self.directory(.externalID))
        #expect(await bench.apply(Self.migration(.externalID, to: "acme", sequence: "9")).words == ["unchanged"])
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, sequence: "7")).words == ["superseded"])
    }

    /// The same process goes on, so it can still say what it has done.
    @Test(arguments: Naming.allCases) func everyLostAnswerIsMadeGood(naming: Naming) async {
        for step in 0..<8 {
            let bench = ApplierBench(Self.directory(naming))
            bench.api.clearLog()
            bench.api.inject { _, count in count == step ? .lost(.timeOut) : nil }
            let first = await bench.apply(Self.migration(naming))
            guard first.interruption != nil else { continue }
            #expect(first.interruptionWord == "retry timeout")
            bench.api.inject(nil)
            let second = await bench.apply(Self.migration(naming))
            let note = "\(naming), call \(step)"
            expectMoved(bench, naming, note)
            #expect(second.words == ["migrated"] || (naming == .externalID && second.words == ["unchanged"]), "\(note)")
        }
    }

    @Test func aMoveThatWasLeftHalfDoneIsEndedAndThenGoesOnToTheTargetOfTheNext() async {
        var directory = Self.directory(.externalID)
        directory.put(.organization, "org-3", #"{"externalId":"third"}"#)
        var bench = ApplierBench(directory)
        bench.api.inject { call, _ in call.verb == .replace ? .refused(.unavailable) : nil }
        // Given up for good with the source gone: only the copy is left, in the third organization.
        _ = await bench.apply(Self.migration(.externalID, to: "third"))
        bench.restart()
        #expect(await bench.apply(Self.migration(.externalID)).words == ["migrated"])
        expectMoved(bench, .externalID, "half done")
    }
}
