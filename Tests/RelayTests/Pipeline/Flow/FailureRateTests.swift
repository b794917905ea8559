import Seams
import Testing

@testable import Relay

@Suite struct FailureRateTests {
    @Test func isAnOutageFromTheShareOnThatIsTooHigh() {
        var rate = FailureRate()
        for _ in 0..<12 { rate.answered(at: .at(0)) }
        for number in 1...7 { #expect(rate.failed(.contact(number), at: .at(1)) == nil) }
        // 8 of 20.
        #expect(rate.failed(.contact(8), at: .at(2)) == .at(1))
    }

    @Test func fewerAttemptsAreNoEvidence() {
        var rate = FailureRate()
        for number in 1...19 { #expect(rate.failed(.contact(number), at: .at(0)) == nil) }
        #expect(rate.failed(.contact(20), at: .at(0)) == .at(0))
    }

    @Test func fourLanesThatFailForeverAreNotTheAPI() {
        var rate = FailureRate()
        for number in 0..<1000 { #expect(rate.failed(.contact(number % 4), at: .at(Double(number) / 100)) == nil) }
        #expect(rate.failed(.contact(4), at: .at(10)) == .at(1))
    }

    @Test func aShareBelowTheBoundIsNone() {
        var rate = FailureRate()
        for number in 0..<300 {
            rate.answered(at: .at(Double(number) / 10))
            rate.answered(at: .at(Double(number) / 10))
            #expect(rate.failed(.contact(number), at: .at(Double(number) / 10)) == nil)
        }
    }

    @Test func whatIsOldDoesNotCount() {
        var rate = FailureRate()
        for number in 1...19 { _ = rate.failed(.contact(number), at: .at(0)) }
        #expect(rate.failed(.contact(20), at: .at(10)) == nil)
        for _ in 0..<1000 { rate.answered(at: .at(11)) }
        for number in 1...20 { _ = rate.failed(.contact(number), at: .at(21)) }
        #expect(rate.failed(.contact(21), at: .at(21)) == .at(21))
    }
}
