import GenesysCloud
import Seams
import Testing

@testable import Relay

@Suite struct OutagesTests {
    @Test func spansThatOverlapBecomeOne() {
        var spans = Intervals()
        spans.add(.at(1), .at(3))
        spans.add(.at(5), .at(7))
        spans.add(.at(2), .at(8))
        #expect(spans.all == [Intervals.Interval(begin: .at(1), end: .at(8))])
        spans.add(.at(8), .at(8))
        #expect(spans.all.count == 1)
        #expect(spans.length(from: .at(0), to: .at(4)) == .seconds(3))
        #expect(spans.length(from: .at(9), to: .at(10)) == .zero)
    }

    @Test func theEndIsNotPartOfASpan() {
        var spans = Intervals()
        spans.add(.at(1), .at(3))
        #expect(spans.touches(.at(0), .at(1)))
        #expect(spans.touches(.at(2.9), .at(9)))
        #expect(!spans.touches(.at(3), .at(3)))
        #expect(!spans.touches(.at(0), .at(0.9)))
    }

    @Test func thereAreNeverManySpans() {
        var spans = Intervals()
        for number in 0..<1000 { spans.add(.at(Double(2 * number)), .at(Double(2 * number + 1))) }
        #expect(spans.all.count <= 32)
        #expect(spans.all.first?.begin == .at(0))
        #expect(spans.all.last == Intervals.Interval(begin: .at(1998), end: .at(1999)))
    }

    @Test func anOutageOfOneOperationExcusesNothingElse() {
        var outages = Outages()
        outages.add(.operation(.replaceContact), from: .at(1), to: .at(10))
        func attempt(_ fault: GenesysError) -> FailedAttempt { FailedAttempt(fault, from: .at(2), to: .at(3)) }
        #expect(outages.excuse(attempt(.forbidden())))
        #expect(!outages.excuse(attempt(.forbidden(.deleteContact))))
        #expect(!outages.excuse(attempt(.failing)))
        #expect(!outages.excuse(attempt(.unreachable)))
        #expect(outages.time(from: .at(0), to: .at(20)) == .seconds(9))
    }

    @Test func anOutageOfEverythingExcusesAllButTheAnswersOfTheAPI() {
        var outages = Outages()
        outages.add(.everything, from: .at(1), to: .at(10))
        for fault in [GenesysError.forbidden(), .failing, .unreachable, .tokenRefused] {
            #expect(outages.excuse(FailedAttempt(fault, from: .at(0), to: .at(1))))
            #expect(outages.excuse(FailedAttempt(fault, from: .at(9), to: .at(30))))
            #expect(!outages.excuse(FailedAttempt(fault, from: .at(0), to: .at(0.5))))
            #expect(!outages.excuse(FailedAttempt(fault, from: .at(10), to: .at(11))))
        }
        let missing = GenesysError(.notFound, status: 404, message: "no", operation: .replaceContact)
        #expect(!outages.excuse(FailedAttempt(missing, from: .at(2), to: .at(3))))
    }

    @Test func timesOfTwoOutagesAtOnceCountOnce() {
        var outages = Outages()
        outages.add(.operation(.replaceContact), from: .at(1), to: .at(5))
        outages.add(.everything, from: .at(3), to: .at(6))
        #expect(outages.time(from: .at(2), to: .at(100)) == .seconds(4))
    }
}
