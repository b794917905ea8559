import Seams
import Testing

@testable import Relay

@Suite struct OperationWindowTests {
    @Test func fiveDifferentLanesAreTheSetUp() {
        var window = OperationWindow()
        for lane in 1...4 {
            #expect(window.failed(.contact(lane), at: .at(Double(lane))) == nil)
            #expect(window.failed(.contact(1), at: .at(Double(lane))) == nil)
        }
        #expect(window.failed(.contact(5), at: .at(5)) == .at(1))
    }

    @Test func aSuccessBetweenThemBeginsTheCountAnew() {
        var window = OperationWindow()
        for lane in 1...4 { _ = window.failed(.contact(lane), at: .at(1)) }
        window.succeeded()
        #expect(window.isEmpty)
        for lane in 5...8 { #expect(window.failed(.contact(lane), at: .at(2)) == nil) }
        #expect(window.failed(.contact(9), at: .at(3)) == .at(2))
    }

    @Test func aLaneIsForgottenWhenItHasNotFailedForAWhile() {
        var window = OperationWindow()
        for lane in 1...4 { _ = window.failed(.contact(lane), at: .at(0)) }
        _ = window.failed(.contact(4), at: .at(20))
        #expect(window.failed(.contact(5), at: .at(30.001)) == nil)
        // The fourth is remembered from its first failure on.
        #expect(window.firstFailure == .at(0))
        #expect(window.failed(.contact(6), at: .at(50.001)) == nil)
        #expect(window.firstFailure == .at(30.001))
    }

    @Test func itHoldsNoMoreLanesThanItNeeds() {
        var window = OperationWindow()
        for lane in 1...100 { _ = window.failed(.contact(lane), at: .at(Double(lane) / 10)) }
        #expect(window.firstFailure == .at(9.6))
    }
}
