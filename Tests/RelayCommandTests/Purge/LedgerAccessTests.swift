import CommandLineParsing
import KafkaClient
import Relay
import Seams
import TestSupport
import Testing

@testable import RelayCommand

/// Hands over what each partition holds; reading one that is not listed fails, or never ends.
private struct ScriptedLedger: KafkaStateReading {
    var records: [Int32: [KafkaRecord]]
    var isSilent = false

    private let forever = ManualTime()

    init(_ records: [Int32: [KafkaRecord]], isSilent: Bool = false) {
        self.records = records
        self.isSilent = isSilent
    }

    func read(
        _ partition: TopicPartition, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError) {
        if let batch = records[partition.partition] { return body(batch) }
        guard isSilent else { throw KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "not allowed") }
        try? await forever.sleep(for: .seconds(1))
        throw KafkaError(code: "_STATE", message: "cancelled")
    }

    func close() async {}
}

@Suite(.timeLimit(.minutes(1))) struct LedgerAccessTests {
    private let partitions = (0..<3).map { TopicPartition("purge-jobs", Int32($0)) }

    @Test func allPartitionsAreRead() async throws {
        let ledger = ScriptedLedger([
            0: [ledgerRecord("a", ledgerValue("a"), partition: 0)], 1: [],
            2: [ledgerRecord("b", ledgerValue("b"), partition: 2)],
        ])
        let table = try await LedgerAccess.read(partitions, with: ledger, time: ManualTime())
        #expect(table.jobs.map(\.requestID) == ["a", "b"])
    }

    @Test func aLedgerThatMayNotBeReadIsNamed() async {
        let ledger = ScriptedLedger([0: [], 1: []])
        let failure = await thrownError(CommandFailure.self) {
            _ = try await LedgerAccess.read(partitions, with: ledger, time: ManualTime())
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message == "the ledger cannot be read: TOPIC_AUTHORIZATION_FAILED: not allowed")
    }

    @Test func aLedgerThatDoesNotEndIsGivenUp() async {
        let ledger = ScriptedLedger([0: [], 1: []], isSilent: true)
        let failure = await thrownError(CommandFailure.self) {
            _ = try await LedgerAccess.read(
                partitions, with: ledger, time: ManualTime(passingOver: LedgerAccess.patience)
            ) { "no broker" }
        }
        #expect(failure?.exitCode == .unavailable)
        #expect(failure?.message == "the ledger was not read within 2m: no broker")
    }
}
