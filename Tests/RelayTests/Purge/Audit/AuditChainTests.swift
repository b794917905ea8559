import Crypto
import JSON
import KafkaClient
import Seams
import Testing

@testable import Relay

@Suite struct AuditChainTests {
    private let time = WallTime(rfc3339: "2026-11-22T22:00:00Z")!

    @Test func aRecordHasTheMembersOfTheContract() throws {
        let entry = AuditEntry(
            .jobCompleted, requestID: "pr-2026-11", purgeID: "p-1", reason: "RETENTION", status: "COMPLETED",
            records: 1234, operatorName: "dpo@acme.com", at: time)
        let (value, head) = AuditChain.seal(entry, after: nil)
        let text = String(decoding: value, as: UTF8.self)
        let zeros = String(repeating: "0", count: 64)
        let members =
            #"{"action":"PURGE_JOB_COMPLETED","requestId":"pr-2026-11","purgeId":"p-1","reason":"RETENTION","#
            + #""status":"COMPLETED","records":1234,"timestamp":"2026-11-22T22:00:00.000Z","#
            + #""operator":"dpo@acme.com","sequence":1,"previousHash":"\#(zeros)""#
        let hash = Hex.text(SHA256.digest(Array((members + "}").utf8)))
        #expect(text == members + #","hash":"\#(hash)"}"#)
        #expect(head == AuditHead(sequence: 1, hash: hash))
    }

    @Test func theNextRecordNamesTheOneBefore() throws {
        let (_, first) = AuditChain.seal(.test(), after: nil)
        let (value, second) = AuditChain.seal(.test(), after: first)
        let record = try AuditRecord(reading: value)
        #expect(record.sequence == 2 && record.previousHash == first.hash && record.hash == second.hash)
        #expect(record.isUnchanged)
    }

    @Test func whatIsAbsentIsLeftOutButAtTheEndOfAJob() throws {
        let received = try JSONValue(parsing: AuditChain.seal(.test(), after: nil).value)
        #expect(
            received.members.map(\.name)
                == ["action", "requestId", "timestamp", "sequence", "previousHash", "hash"])
        for action in [AuditAction.jobCompleted, .jobFailed] {
            let end = try JSONValue(parsing: AuditChain.seal(.test("pr", action), after: nil).value)
            for name in ["purgeId", "reason", "status", "records", "operator"] {
                #expect(end[name]?.isNull == true, "\(name)")
            }
        }
    }

    @Test func aRecordIsBoundedWhateverItsTextsWere() throws {
        let long = String(repeating: "\u{1}", count: 1_000_000)
        let entry = AuditEntry(
            .rejected, requestID: long, purgeID: long, reason: long, status: long, records: .max,
            operatorName: long, detail: long, at: time)
        let (value, _) = AuditChain.seal(entry, after: nil)
        #expect(value.count < 50 * 1024)
        #expect(try AuditRecord(reading: value).isUnchanged)
        #expect(!value.contains(UInt8(ascii: "\n")))
    }

    @Test func aHeadIsReadBackFromItsRecord() throws {
        let (_, head) = AuditChain.seal(.test(), after: nil)
        let record = head.record(topic: "purge-jobs", partition: 7)
        #expect(record.topic == "purge-jobs" && record.partition == 7)
        #expect(record.key == Array("contact-relay:audit-chain".utf8))
        let value = try #require(record.value)
        #expect(AuditHead(value) == head)
    }

    @Test(arguments: [
        "", "{}", #"{"sequence":0,"hash":"H"}"#, #"{"sequence":1,"hash":"ab"}"#, #"{"sequence":"1","hash":"H"}"#,
        #"{"sequence":9223372036854775807,"hash":"H"}"#, #"{"hash":"H"}"#,
    ]) func whatIsNoHeadIsNotReadAsOne(_ text: String) {
        let hash = String(repeating: "a", count: 64)
        let value = text.split(separator: "H", omittingEmptySubsequences: false).joined(separator: hash)
        #expect(AuditHead(Array(value.utf8)) == nil)
    }
}
