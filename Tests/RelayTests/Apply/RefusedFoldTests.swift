import GenesysCloud
import JSON
import Testing

@testable import Relay

/// What is refused as a whole is taken apart, so that only the event at fault is rejected.
@Suite(.timeLimit(.minutes(2))) struct RefusedFoldTests {
    private static let twoPrimaries =
        #"{"emails":[{"email":"a@x","type":"work","primary":true},{"email":"b@x","type":"work","primary":true}]}"#

    @Test(arguments: 0..<4) func onlyTheEventAtFaultIsRejected(place: Int) async {
        let bench = ApplierBench(.withContact())
        var changes = (0..<4).map { contact(.updated, #"{"custom":\#($0)}"#, event: "e\($0)") }
        changes[place] = contact(.updated, Self.twoPrimaries, event: "bad")
        let result = await bench.apply(changes)
        var expected = Array(repeating: "updated", count: 4)
        expected[place] = "rejected invalidRequest"
        #expect(result.words == expected)
        #expect(result.settled.allSatisfy { $0.coalescedInto == nil })
        #expect(result.settled[place].status.reasonForTest?.message == "two primary entries in emails")
        #expect(result.settled[place].status.reasonForTest?.httpStatus == 400)
        #expect(bench.contact()?["emails"] == nil)
        #expect(bench.contact()?["custom"]?.intValue == (place == 3 ? 2 : 3))
        #expect(result.requests == bench.api.log.count)
    }

    @Test func aRefusedCreateLeavesTheContactToTheNextEvent() async {
        let bench = ApplierBench()
        let result = await bench.apply(
            contact(.created, Self.twoPrimaries, event: "bad"), contact(.updated, #"{"firstName":"B"}"#),
            contact(.upserted, #"{"firstName":"C"}"#))
        #expect(result.words == ["rejected invalidRequest", "rejected notFound", "created"])
        #expect(bench.contact()?["firstName"]?.stringValue == "C")
    }

    @Test func aRefusedSequenceSupersedesNobody() async {
        let bench = ApplierBench(.withContact())
        let result = await bench.apply(
            contact(.updated, Self.twoPrimaries, sequence: "9"), contact(.updated, #"{"firstName":"B"}"#, sequence: "5")
        )
        #expect(result.words == ["rejected invalidRequest", "updated"])
        #expect(bench.contact()?["metadata"]?["contactRelay"]?["sequences"]?["/crm"]?.stringValue == "5")
    }

    @Test func whatIsSettledBeforeAFaultStaysSettled() async {
        let bench = ApplierBench(.withContact())
        // The second single write after the refused fold fails in a way that passes.
        bench.api.inject { call, _ in call.verb == .replace ? nil : nil }
        let changes = [
            contact(.updated, #"{"custom":1}"#), contact(.updated, #"{"custom":2}"#),
            contact(.updated, Self.twoPrimaries),
        ]
        let replaces = Counter()
        bench.api.inject { call, _ in
            guard call.verb == .replace else { return nil }
            return replaces.next() == 3 ? .refused(.unavailable) : nil
        }
        let result = await bench.applier.apply(changes)
        #expect(result.words == ["updated"])
        #expect(result.interruptionWord == "retry serverError")
        bench.api.inject(nil)
        #expect(await bench.apply(Array(changes[1...])).words == ["updated", "rejected invalidRequest"])
    }

    @Test func aRetryGoesAlone() async {
        let bench = ApplierBench(.withContact())
        let changes = [
            contact(.updated, #"{"custom":1}"#, attempts: 1), contact(.updated, #"{"custom":2}"#),
            contact(.updated, #"{"custom":3}"#),
        ]
        #expect(await bench.applier.apply(changes).settled.count == 1)
        #expect(await bench.applier.apply(Array(changes[1...])).settled.count == 2)
    }

    /// A POST whose answer is lost would otherwise let the retried first event find the contact that it must not find.
    @Test func whatIsRejectedIsSettledBeforeTheContactIsMade() async {
        let bench = ApplierBench()
        let changes = [contact(.updated, #"{"lastName":"X"}"#), contact(.created, #"{"firstName":"B"}"#)]
        bench.api.inject { call, _ in call.verb == .create ? .lost(.badGateway) : nil }
        let first = await bench.apply(changes)
        #expect(first.words == ["rejected notFound"])
        #expect(first.interruptionWord == "retry serverError")
        bench.api.inject(nil)
        #expect(await bench.apply(Array(changes[first.settled.count...])).words == ["created"])
        #expect(bench.contact()?["lastName"] == nil)
    }
}

extension Outcome.Status {
    var reasonForTest: Reason? { Outcome(self).reason }
}
