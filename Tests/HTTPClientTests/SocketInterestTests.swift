import Testing

@testable import HTTPClient

struct SocketInterestTests {
    @Test func aSocketOfOursStaysWatchedBetweenTwoRequests() {
        var interest = SocketInterest()
        interest.opened(7)
        #expect(interest.want(7, read: false, write: true) == .add(read: false, write: true))
        #expect(interest.want(7, read: true, write: false) == .modify(read: true, write: false))
        #expect(interest.want(7, read: false, write: false) == .none)
        #expect(interest.want(7, read: true, write: false) == .none)
        #expect(interest.isWanted(7) == true)
    }

    @Test func aSocketThatSpeaksWhileNobodyAsksIsNoLongerWatched() {
        var interest = SocketInterest()
        interest.opened(7)
        _ = interest.want(7, read: true, write: false)
        _ = interest.want(7, read: false, write: false)
        #expect(interest.isWanted(7) == false)
        #expect(interest.want(7, read: true, write: false) == .add(read: true, write: false))
    }

    @Test func aSocketWatchedForWritingIsNotKept() {
        var interest = SocketInterest()
        interest.opened(7)
        _ = interest.want(7, read: true, write: true)
        #expect(interest.want(7, read: false, write: false) == .remove)
    }

    @Test func aNumberThatMeansAnotherSocketBeginsAnew() {
        var interest = SocketInterest()
        interest.opened(7)
        _ = interest.want(7, read: true, write: false)
        interest.closed(7)
        interest.opened(7)
        #expect(interest.want(7, read: true, write: false) == .add(read: true, write: false))
    }

    @Test func aDescriptorOfOthersIsWatchedJustAsAsked() {
        var interest = SocketInterest()
        #expect(interest.want(900, read: true, write: false) == .add(read: true, write: false))
        #expect(interest.want(900, read: false, write: false) == .remove)
        #expect(interest.want(900, read: false, write: false) == .none)
        #expect(interest.isWanted(5000) == false)
    }
}
