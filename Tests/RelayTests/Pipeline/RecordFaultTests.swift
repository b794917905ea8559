import KafkaClient
import Testing

@testable import Relay

@Suite struct RecordFaultTests {
    private typealias Results = [Result<ProducedRecord, KafkaError>]

    private func result(_ code: String?) -> Result<ProducedRecord, KafkaError> {
        guard let code else {
            return .success(ProducedRecord(partition: TopicPartition("t", 0), offset: 0))
        }
        return .failure(KafkaError(code: code, message: "no"))
    }

    private func find(_ settlements: [Settlement], _ codes: String?...) -> [RecordFault] {
        RecordFault.find(in: codes.map(result), of: Settlements.entries(settlements))
    }

    @Test func aFaultNamesItsSettlementAndItsRecord() throws {
        let faults = find(
            [
                Settlements.settlement(0, to: "o"), Settlements.settlement(1, to: "o", "d"),
                Settlements.settlement(2, to: "o"),
            ],
            nil, nil, "MSG_SIZE_TOO_LARGE", "TOPIC_EXCEPTION")
        try #require(faults.count == 2)
        #expect(faults[0].entry == 1 && faults[0].record == 1 && faults[0].topic == "d")
        #expect(faults[0].kind == .record && faults[0].isOfSize)
        #expect(faults[1].entry == 2 && faults[1].record == 0 && faults[1].kind == .topic && !faults[1].isOfSize)
    }

    @Test(arguments: ["_PURGE_QUEUE", "_STATE", "OUT_OF_ORDER_SEQUENCE_NUMBER", "_TRANSPORT", "INVALID_PRODUCER_EPOCH"])
    func whatTheTransactionDidIsNoFaultOfARecord(_ code: String) {
        #expect(find([Settlements.settlement(0, to: "o")], code).isEmpty)
    }

    @Test(arguments: ["MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_MSG_SIZE"])
    func aSizeCanBeMended(_ code: String) {
        #expect(find([Settlements.settlement(0, to: "o")], code).map(\.isOfSize) == [true])
    }

    @Test(arguments: ["INVALID_MSG", "INVALID_RECORD"]) func whatIsInvalidCannot(_ code: String) {
        #expect(find([Settlements.settlement(0, to: "o")], code).map(\.isOfSize) == [false])
        #expect(find([Settlements.settlement(0, to: "o")], code).map(\.kind) == [.record])
    }

    @Test func theWorstErrorIsTheOneThatEndsTheProducer() {
        let results: Results = [
            result(nil), result("first"), .failure(KafkaError(code: "worst", message: "", isFatal: true)),
        ]
        #expect(results.worstError?.code == "worst")
        #expect([result(nil), result("first"), result("second")].worstError?.code == "first")
        #expect([result(nil)].worstError == nil)
    }
}
