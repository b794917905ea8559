import GenesysCloud
import JSON
import Testing

@testable import Relay

/// A write whose answer was lost, and whose events come again to the same process.
@Suite(.timeLimit(.minutes(2))) struct UncertainWriteTests {
    /// Loses the answer of the next write, then behaves.
    private func losing(_ verb: InMemoryGenesys.LoggedCall.Verb, in bench: ApplierBench, _ changes: [PendingChange])
        async
    {
        bench.api.inject { call, _ in call.verb == verb ? .lost(.timeOut) : nil }
        _ = await bench.apply(changes)
        bench.api.inject(nil)
        bench.api.clearLog()
    }

    @Test func noEventIsStaleBecauseOfAMarkThatItsOwnFoldWrote() async {
        let bench = ApplierBench(.withContact())
        let changes = [
            contact(.updated, #"{"firstName":"B"}"#, sequence: "1", event: "e1"),
            contact(.updated, #"{"firstName":"C"}"#, sequence: "2", event: "e2"),
        ]
        await losing(.replace, in: bench, changes)
        let again = await bench.apply(changes)
        #expect(again.words == ["updated", "updated"])
        #expect(again.settled.map(\.coalescedInto) == ["e2", nil])
        #expect(bench.api.writes.isEmpty)
        #expect(bench.contact()?["firstName"]?.stringValue == "C")
    }

    /// Written once more by themselves, those behind it would take back for a moment what came after them.
    @Test func whatStandsBehindAnEventThatWasGivenUpIsNotWrittenOnceMore() async {
        let bench = ApplierBench(.withContact())
        let changes = [
            contact(.updated, #"{"firstName":"B"}"#, event: "e1"),
            contact(.updated, #"{"firstName":"C"}"#, event: "e2"),
            contact(.updated, #"{"firstName":"D"}"#, event: "e3"),
        ]
        await losing(.replace, in: bench, changes)
        let again = await bench.apply(Array(changes[1...]))
        #expect(again.words == ["updated", "updated"])
        #expect(again.settled.map(\.coalescedInto) == ["e3", nil])
        #expect(bench.api.writes.isEmpty)
        #expect(bench.contact()?["firstName"]?.stringValue == "D")
    }

    @Test func anUpdateBeforeALostDeletionIsNotRejected() async {
        let bench = ApplierBench(.withContact())
        let changes = [contact(.updated, #"{"firstName":"B"}"#, event: "e1"), contact(.deleted, event: "e2")]
        await losing(.delete, in: bench, changes)
        #expect(await bench.apply(changes).words == ["updated", "deleted"])
        #expect(bench.contact() == nil)
    }

    @Test func aWriteThatDidNotHappenIsDone() async {
        let bench = ApplierBench(.withContact())
        let changes = [
            contact(.updated, #"{"firstName":"B"}"#, event: "e1", attempts: 1),
            contact(.updated, #"{"lastName":"M"}"#, event: "e2"),
        ]
        bench.api.inject { call, _ in call.verb == .replace ? .refused(.timeOut) : nil }
        _ = await bench.apply(changes)
        bench.api.inject(nil)
        #expect(await bench.apply(changes).words == ["updated", "updated"])
        #expect(bench.contact()?["firstName"]?.stringValue == "B")
        #expect(bench.contact()?["lastName"]?.stringValue == "M")
    }

    @Test func otherEventsOfTheSameContactAreJudgedByWhatIsThere() async {
        let bench = ApplierBench(.withContact())
        await losing(.replace, in: bench, [contact(.updated, #"{"firstName":"B"}"#, event: "e1")])
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, event: "e9")).words == ["unchanged"])
    }

    @Test func aMemberThatTheAPISendsAsNullIsNoReasonToWrite() async {
        let bench = ApplierBench(.withContact(#""firstName":"Ada","lastName":null"#))
        #expect(await bench.apply(contact(.updated, #"{"lastName":null}"#)).words == ["unchanged"])
        #expect(bench.api.writes.isEmpty)
    }
}
