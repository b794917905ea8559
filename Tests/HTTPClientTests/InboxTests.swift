import Testing

@testable import HTTPClient

struct InboxTests {
    @Test func onlyTheFirstOrderForAThreadThatSleepsWakesIt() {
        var inbox = Inbox<Int>()
        #expect(inbox.post(1) == .accepted(wake: false))
        var batch: [Int] = []
        inbox.take(into: &batch)
        #expect(inbox.fallAsleep() == true)
        #expect(inbox.post(2) == .accepted(wake: true))
        #expect(inbox.post(3) == .accepted(wake: false))
        batch = []
        inbox.take(into: &batch)
        #expect(batch == [2, 3])
    }

    @Test func aThreadDoesNotFallAsleepOverAnOrder() {
        var inbox = Inbox<Int>()
        _ = inbox.post(1)
        #expect(inbox.fallAsleep() == false)
        #expect(inbox.post(2) == .accepted(wake: false))
    }

    @Test func aThreadThatWokeByItselfIsNotWoken() {
        var inbox = Inbox<Int>()
        #expect(inbox.fallAsleep() == true)
        var batch: [Int] = []
        inbox.take(into: &batch)
        #expect(inbox.post(1) == .accepted(wake: false))
    }

    @Test func aClosedInboxRefusesAndKeepsItsThreadAwake() {
        var inbox = Inbox<Int>()
        _ = inbox.post(1)
        _ = inbox.fallAsleep()
        #expect(inbox.close() == false)
        #expect(inbox.post(2) == .refused)
        #expect(inbox.fallAsleep() == false)
        var batch: [Int] = []
        inbox.take(into: &batch)
        #expect(batch == [1])
        #expect(inbox.fallAsleep() == false)

        var sleeping = Inbox<Int>()
        #expect(sleeping.fallAsleep() == true)
        #expect(sleeping.close() == true)
        #expect(sleeping.close() == false)
    }
}
