import CommandLineParsing
import KafkaClient
import Relay
import Seams
import TestSupport
import Testing

@testable import RelayCommand

@Suite(.timeLimit(.minutes(1))) struct AuditTopicCheckTests {
    private let time = ManualTime()

    private func check(
        _ reader: any KafkaStateReading, hasLedger: Bool = true, partitions: Int32 = 1,
        _ selection: AuditSelection = AuditSelection()
    ) async throws -> AuditReport {
        let check = AuditTopicCheck(reader: reader, time: time)
        let chains = try await check.check(
            AuditTopicCheck.Topic(name: "purge-audit", partitions: partitions),
            ledger: hasLedger ? AuditTopicCheck.Topic(name: "purge-jobs", partitions: partitions) : nil, selection)
        return AuditReport(chains: chains)
    }

    private func text(_ report: AuditReport) throws -> String {
        var text = ""
        try report.writeText { text += $0 }
        return text
    }

    private func reader(_ chains: WrittenChain...) -> ScriptedPartitions {
        ScriptedPartitions(chains.flatMap { $0.records + [$0.ledgerRecord].compactMap { $0 } })
    }

    @Test func aWholeTrailIsShownInTheOrderOfTimes() async throws {
        var other = WrittenChain(partition: 1)
        other.add("c", .received, at: "2026-11-22T11:30:00Z")
        let chain = WrittenChain.example()
        let report = try await check(reader(chain, other), partitions: 3)
        #expect(report.exitCode == .success && report.problems == "")
        #expect(
            try text(report) == """
                2026-11-22T10:00:00.000Z  PURGE_RECEIVED           a
                2026-11-22T11:00:00.000Z  PURGE_RECEIVED           b
                2026-11-22T11:30:00.000Z  PURGE_RECEIVED           c
                2026-11-22T12:00:00.000Z  PURGE_SUBMITTED          a
                2026-11-22T13:00:00.000Z  PURGE_REJECTED           b  invalidData

                purge-audit/0: sequence 1 to 4, last hash \(chain.head?.hash ?? "")
                purge-audit/1: sequence 1 to 1, last hash \(other.head?.hash ?? "")
                the chain is intact; 5 records checked, 5 shown

                """)
    }

    @Test func oneRequestOrAPeriodIsShown() async throws {
        let chain = WrittenChain.example()
        let one = try await check(reader(chain), AuditSelection(request: "a"))
        #expect(one.chains.flatMap(\.shown).map(\.bytes) == [chain.records[0].value, chain.records[2].value])
        let period = try await check(
            reader(chain),
            AuditSelection(
                from: WallTime(rfc3339: "2026-11-22T11:00:00Z"), to: WallTime(rfc3339: "2026-11-22T13:00:00Z")))
        #expect(period.chains.flatMap(\.shown).map(\.bytes) == [chain.records[1].value, chain.records[2].value])
        #expect(period.records == 4)
    }

    @Test func aFaultIsNamedAlsoWhereTheFilterHidesIt() async throws {
        var chain = WrittenChain.example()
        chain.records[1].value?[30] ^= 1
        let report = try await check(reader(chain), AuditSelection(request: "none"))
        #expect(report.exitCode == .dataError)
        #expect(
            report.problems
                == "fault: purge-audit/0 offset 2 sequence 2: was changed: its bytes do not have the hash that it says\n"
        )
        #expect(try text(report).hasSuffix("the chain is not intact: 1 fault; 4 records checked, 0 shown\n"))
    }

    @Test func recordsThatWereCutOffAreFoundByTheLedger() async throws {
        var chain = WrittenChain.example()
        chain.records.removeLast()
        let head = try #require(chain.head)
        #expect(
            try await check(reader(chain)).problems
                == "fault: purge-audit/0 offset 4 sequence 3: should be followed by others: the ledger's last record is "
                + "sequence 4 with hash \(head.hash)\n")
        #expect(try await check(reader(chain), hasLedger: false).exitCode == .success)
    }

    @Test func anAppendedRecordIsFoundByTheLedger() async throws {
        var chain = WrittenChain.example()
        let ledger = chain.ledgerRecord
        chain.add("d", .received, at: "2026-11-22T14:00:00Z")
        let report = try await check(ScriptedPartitions(chain.records + [ledger].compactMap { $0 }))
        #expect(report.problems.hasPrefix("fault: purge-audit/0 offset 8 sequence 5: goes too far"))
    }

    /// The worker goes on while the trail is read.
    @Test func whatIsWrittenMeanwhileIsNoFault() async throws {
        var chain = WrittenChain.example()
        let before = chain.records + [chain.ledgerRecord].compactMap { $0 }
        let later = (0..<2).map { _ in
            chain.add("d", .received, at: "2026-11-22T14:00:00Z")
            return [chain.records.last, chain.ledgerRecord].compactMap { $0 }
        }
        let reader = ScriptedPartitions(before, later: later)
        let report = try await check(reader)
        #expect(report.problems == "")
        #expect(report.records == 5)
    }

    @Test func theSummaryIsTheLastLineOfTheJSON() async throws {
        var chain = WrittenChain.example()
        chain.records.remove(at: 2)
        var text = ""
        try await check(reader(chain)).writeJSON { text += $0 }
        let lines = text.split(separator: "\n").map(String.init)
        #expect(Array(lines.dropLast()).map { $0 + "\n" }.joined() == chain.lines)
        #expect(
            lines.last == """
                {"summary":{"intact":false,"records":3,"shown":3,"chains":[{"name":"purge-audit/0","records":3,\
                "firstSequence":1,"lastSequence":4,"lastHash":"\(chain.head?.hash ?? "")"}],\
                "faults":[{"chain":"purge-audit/0","offset":6,"sequence":4,\
                "problem":"comes too early: 1 record is missing before it, sequence 3"}],"notes":[]}}
                """)
    }

    @Test func aTopicThatCannotBeReadIsNoResult() async throws {
        let reader = ScriptedPartitions(fault: KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no"))
        let failure = await thrownError(CommandFailure.self) { try await check(reader) }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message.hasPrefix("purge-jobs cannot be read: ") == true)
    }

    @Test func aBrokerThatFallsSilentIsNotWaitedForForEver() async throws {
        let silent = SilentReader()
        async let failure = thrownError(CommandFailure.self) { try await check(silent) }
        await time.sleepers()
        time.advance(by: AuditTopicCheck.patience)
        #expect(await failure?.message == "nothing came from Kafka for 2m")
    }
}

/// Nothing ever comes.
private struct SilentReader: KafkaStateReading {
    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }

    func close() async {}
}
