import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(2))) struct AssignmentNewsTests {
    private let partition = TopicPartition("t", 0)

    private func mailbox() -> EventMailbox { EventMailbox(mostRecords: 10, mostBytes: 1_000) }

    @Test func newsIsPendingUntilTheCallerComesAfterHavingBeenHandedIt() {
        for event in [KafkaConsumerEvent.assigned([AssignedPartition(partition)]), .lost([partition])] {
            var news = AssignmentNews()
            #expect(!news.isPending)
            news.put(event)
            #expect(news.isPending)
            // Coming for it is not working through it.
            news.callerCame()
            #expect(news.isPending)
            news.handedOut()
            #expect(news.isPending)
            news.callerCame()
            #expect(!news.isPending)
        }
    }

    @Test func newsThatComesMeanwhileStaysPending() {
        var news = AssignmentNews()
        news.put(.lost([partition]))
        news.callerCame()
        news.handedOut()
        news.put(.assigned([]))
        news.callerCame()
        #expect(news.isPending)
        news.handedOut()
        news.callerCame()
        #expect(!news.isPending)
    }

    @Test func otherEventsAreNoNews() {
        var news = AssignmentNews()
        news.put(.records([]))
        news.put(.error(.closed))
        news.put(.revoked([partition], acknowledgement: RevocationAcknowledgement {}))
        news.put(.lostRange(partition, committed: 0, logStart: 1))
        #expect(!news.isPending)
    }

    @Test func theMailboxTellsWhetherItsCallerKnows() async {
        let mailbox = mailbox()
        #expect(!mailbox.hasPendingNews)
        _ = mailbox.put(.lost([partition]))
        #expect(mailbox.hasPendingNews)
        #expect(await mailbox.take(drained: {}).count == 1)
        #expect(mailbox.hasPendingNews)
        _ = mailbox.put(.records([]))
        #expect(await mailbox.take(drained: {}).count == 1)
        #expect(!mailbox.hasPendingNews)
    }

    @Test func aCallerThatWaitsIsHandedNewsAndHasNotWorkedThroughIt() async {
        let mailbox = mailbox()
        async let events = mailbox.take(drained: {})
        _ = mailbox.put(.assigned([]))
        #expect(await events.count == 1)
        #expect(mailbox.hasPendingNews)
        mailbox.finish()
        _ = await mailbox.take(drained: {})
        #expect(!mailbox.hasPendingNews)
    }
}
