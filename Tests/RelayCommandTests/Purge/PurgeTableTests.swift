import KafkaClient
import Relay
import Testing

@testable import RelayCommand

@Suite struct PurgeTableTests {
    @Test func theLatestRecordOfAKeyCounts() {
        var table = PurgeTable()
        table.take([ledgerRecord("a", ledgerValue("a")), ledgerRecord("b", ledgerValue("b"))])
        table.take([ledgerRecord("a", ledgerValue("a", phase: "ended", status: "completed"))])
        #expect(table.jobs.map(\.requestID) == ["a", "b"])
        #expect(table.jobs.map(\.phase) == [.ended, .held])
        table.take([ledgerRecord("a", nil)])
        #expect(table.jobs.map(\.requestID) == ["b"])
    }

    @Test func theLedgersOwnRecordsAreNoJobs() {
        var table = PurgeTable()
        table.take([
            ledgerRecord("contact-relay:audit-chain", Array("{}".utf8)), ledgerRecord(nil, ledgerValue("a")),
        ])
        #expect(table.jobs.isEmpty)
        #expect(table.unreadable == 0)
    }

    @Test func whatIsNoJobIsCountedAndHidesTheJobBefore() {
        var table = purgeTable(("a", ledgerValue("a")))
        table.take([ledgerRecord("a", Array("{}".utf8))])
        #expect(table.jobs.isEmpty)
        #expect(table.unreadable == 1)
        table.take([ledgerRecord("a", ledgerValue("a"))])
        #expect(table.unreadable == 0)
    }

    @Test func aRequestInTwoPartitionsIsShownTwice() {
        var table = purgeTable(("a", ledgerValue("a")))
        table.take([ledgerRecord("a", ledgerValue("a", phase: "following", status: "running"), partition: 2)])
        #expect(Set(table.jobs(of: "a").map(\.phase)) == [.held, .following])
        table.take([ledgerRecord("a", nil, partition: 2)])
        #expect(table.jobs(of: "a").map(\.phase) == [.held])
    }

    @Test func theOldestStandFirst() {
        func value(_ id: String, _ day: Int) -> [UInt8] {
            let text = String(decoding: ledgerValue(id), as: UTF8.self)
            return Array(
                text.replacing(
                    #""receivedAt":"2026-11-22"#, with: #""receivedAt":"2026-11-\#(day)"#
                ).utf8)
        }
        let table = purgeTable(("a", value("a", 23)), ("c", value("c", 21)), ("b", value("b", 21)))
        #expect(table.jobs.map(\.requestID) == ["b", "c", "a"])
    }
}
