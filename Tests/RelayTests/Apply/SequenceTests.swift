import GenesysCloud
import JSON
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(2))) struct SequenceTests {
    private func marks(_ bench: ApplierBench) -> String? {
        bench.contact()?["metadata"]?["contactRelay"]?["sequences"]?.text
    }

    @Test func aGreaterSequenceAloneIsNoReasonToWriteAndTravelsWithTheNextWrite() async {
        let bench = ApplierBench(.withContact())
        #expect(await bench.apply(contact(.updated, #"{"firstName":"Ada"}"#, sequence: "7")).words == ["unchanged"])
        #expect(bench.api.writes.isEmpty)
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, sequence: "6")).words == ["superseded"])
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, source: "/erp")).words == ["updated"])
        #expect(marks(bench) == #"{"/crm":"7"}"#)
    }

    @Test func aStaleEventIsStaleAfterARestartToo() async {
        var bench = ApplierBench(.withContact())
        #expect(await bench.apply(contact(.updated, #"{"firstName":"B"}"#, sequence: "7")).words == ["updated"])
        bench.restart()
        let result = await bench.apply(
            contact(.updated, #"{"firstName":"C"}"#, sequence: "6"), contact(.deleted, sequence: "10"),
            contact(.updated, #"{"firstName":"B"}"#, sequence: "7"))
        // "10" comes before "7" in the order of letters.
        #expect(result.words == ["superseded", "superseded", "unchanged"])
        #expect(bench.contact()?["firstName"]?.stringValue == "B")
    }

    @Test func sequencesOfDifferentSourcesAreNeverCompared() async {
        let bench = ApplierBench(.withContact())
        let result = await bench.apply(
            contact(.updated, #"{"firstName":"B"}"#, sequence: "7", source: "/crm"),
            contact(.updated, #"{"firstName":"C"}"#, sequence: "1", source: "/erp"),
            contact(.updated, #"{"firstName":"D"}"#))
        #expect(result.words == ["updated", "updated", "updated"])
        #expect(marks(bench) == #"{"/crm":"7","/erp":"1"}"#)
    }

    @Test func theLastEightSourcesAreKept() async {
        let bench = ApplierBench(.withContact())
        for number in 0..<10 {
            _ = await bench.apply(contact(.updated, #"{"custom":\#(number)}"#, sequence: "1", source: "/s\(number)"))
        }
        #expect(
            bench.contact()?["metadata"]?["contactRelay"]?["sequences"]?.members.map(\.name)
                == (2..<10).map { "/s\($0)" })
    }

    @Test func withoutMarksEveryEventIsAppliedInTheOrderOfTheLog() async {
        let bench = ApplierBench(.withContact(), keepsMarks: false)
        let result = await bench.apply(
            contact(.updated, #"{"firstName":"B"}"#, sequence: "7"),
            contact(.updated, #"{"firstName":"C"}"#, sequence: "6"))
        #expect(result.words == ["updated", "updated"])
        #expect(bench.contact()?["firstName"]?.stringValue == "C")
        #expect(bench.contact()?["metadata"] == nil)
    }

    @Test func organizationsHaveMarksToo() async {
        let bench = ApplierBench()
        #expect(await bench.apply(organization(.updated, #"{"name":"B"}"#, sequence: "7")).words == ["updated"])
        #expect(await bench.apply(organization(.updated, #"{"name":"C"}"#, sequence: "6")).words == ["superseded"])
    }
}
