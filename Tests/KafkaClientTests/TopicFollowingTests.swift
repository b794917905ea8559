import Testing

@testable import KafkaClient

@Suite struct TopicFollowingTests {
    private let missing = KafkaError(code: "UNKNOWN_TOPIC_OR_PART", message: "?")
    private let forbidden = KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "?")

    private func range(_ low: Int64, _ high: Int64) -> StateReads.Measured {
        .range(KafkaWatermarks(low: low, high: high))
    }

    /// One that follows so many partitions, none of which has been measured.
    private func following(_ partitions: Int32) -> TopicFollowing {
        var following = TopicFollowing()
        _ = following.begin()
        _ = following.looked(.partitions(partitions))
        return following
    }

    @Test func allPartitionsAreReadToTheEndsThatTheyHad() {
        var following = TopicFollowing()
        #expect(following.begin() == [.look(.now)])
        #expect(!following.follows(0))
        #expect(
            following.looked(.partitions(2))
                == [.start(0), .measure(0, isAgain: false), .start(1), .measure(1, isAgain: false), .look(.later)])
        #expect(following.follows(1) && !following.follows(2) && !following.follows(-1))
        #expect(following.measured(range(2, 9), 0) == [])
        #expect(following.measured(range(0, 5), 1) == [])
        #expect(following.reached(9, in: 0) == [])
        #expect(following.reached(4, in: 1) == [])
        #expect(following.reached(5, in: 1) == [.caughtUp])
        #expect(following.reached(6, in: 1) == [])
        #expect(following.follows(1))
    }

    @Test func anEmptyPartitionIsReadWhenThatIsKnown() {
        var following = following(2)
        #expect(following.measured(range(7, 7), 1) == [])
        #expect(following.measured(range(0, 0), 0) == [.caughtUp])
        #expect(following.measured(range(0, 0), 0) == [])
    }

    @Test func whatWasReachedBeforeTheEndIsKnownCounts() {
        var following = following(1)
        #expect(following.reached(9, in: 0) == [])
        #expect(following.measured(range(0, 8), 0) == [.caughtUp])
    }

    @Test func partitionsThatAreAddedAreFollowed() {
        var following = following(1)
        // Before it has caught up they are part of that.
        #expect(
            following.looked(.partitions(2)) == [.start(1), .measure(1, isAgain: false), .look(.later)])
        _ = following.measured(range(0, 0), 0)
        #expect(following.measured(range(0, 0), 1) == [.caughtUp])
        #expect(following.looked(.partitions(2)) == [.look(.later)])
        #expect(following.looked(.partitions(3)) == [.start(2), .look(.later)])
        #expect(following.reached(1, in: 2) == [])
    }

    @Test func aTopicThatIsMadeAnewWithFewerPartitionsIsNotWaitedFor() {
        var following = following(3)
        _ = following.measured(range(0, 0), 0)
        #expect(following.looked(.partitions(1)) == [.stop(2), .stop(1), .caughtUp, .look(.later)])
        #expect(!following.follows(1))
        #expect(following.measured(range(0, 1), 1) == [])
        #expect(following.reached(1, in: 2) == [])
    }

    @Test func aFaultThatMendsItselfIsWaitedOut() {
        var following = TopicFollowing()
        _ = following.begin()
        for _ in 0..<100 { #expect(following.looked(.fault(.timedOut("?"))) == [.look(.soon)]) }
        _ = following.looked(.partitions(1))
        for _ in 0..<100 { #expect(following.measured(.fault(.timedOut("?")), 0) == [.measure(0, isAgain: true)]) }
        #expect(following.measured(.missing(missing), 0) == [.measure(0, isAgain: true), .look(.soon)])
        #expect(following.failed(missing) == [.look(.soon)])
        #expect(following.measured(range(0, 0), 0) == [.caughtUp])
    }

    @Test func aTopicThatIsMissingForLongEnoughIsMissing() {
        var following = TopicFollowing()
        _ = following.begin()
        for _ in 1..<TopicFollowing.mostTimesMissing {
            #expect(following.looked(.missing(missing)) == [.look(.soon)])
        }
        _ = following.looked(.partitions(2))
        for _ in 1..<TopicFollowing.mostTimesMissing {
            #expect(following.looked(.missing(missing)) == [.look(.soon)])
        }
        #expect(following.looked(.missing(missing)) == [.stop(0), .stop(1), .finish(missing)])
        #expect(!following.follows(0))
    }

    @Test func whatIsNotAllowedEndsIt() {
        var looking = TopicFollowing()
        #expect(looking.looked(.fault(forbidden)) == [.finish(forbidden)])
        var measuring = following(1)
        #expect(measuring.measured(.fault(forbidden), 0) == [.stop(0), .finish(forbidden)])
        var fetching = following(1)
        #expect(fetching.failed(forbidden) == [.stop(0), .finish(forbidden)])
    }

    @Test func whatCouldNotBeStartedIsStartedLater() {
        var following = following(2)
        #expect(following.notStarted(missing, 1) == [.look(.soon)])
        #expect(following.looked(.partitions(2)) == [.start(1), .look(.later)])
        #expect(following.notStarted(.impossibleTopic, 1) == [.stop(0), .finish(.impossibleTopic)])
    }
}
