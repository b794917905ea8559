import KafkaClient
import Testing

@testable import RelayCommand

/// A job as the ledger spells it: deferred, and held unless `members` say otherwise.
func ledgerValue(_ requestID: String, _ members: String = "", phase: String = "held", status: String = "deferred")
    -> [UInt8]
{
    let text = """
        {"requestId":"\(requestID)","phase":"\(phase)","status":"\(status)","resourceType":"conversation",\
        "purgeReason":"RETENTION","contentDigest":"00","receivedAt":"2026-11-22T10:00:00.000Z",\
        "updatedAt":"2026-11-22T10:00:01.500Z","attempts":1,"requests":2,\
        "origin":{"topic":"purge-requests","partition":1,"offset":7,"id":"e-77","source":"/dpo"}\
        \(members.isEmpty ? "" : "," + members)}
        """
    return Array(text.utf8)
}

/// A record of the ledger; nil is a tombstone.
func ledgerRecord(_ key: String?, _ value: [UInt8]?, partition: Int32 = 1, offset: Int64 = 0) -> KafkaRecord {
    KafkaRecord(
        partition: TopicPartition("purge-jobs", partition), offset: offset, key: key.map { Array($0.utf8) },
        value: value)
}

/// A table of these jobs, each by its request's id.
func purgeTable(_ values: (String, [UInt8])...) -> PurgeTable {
    var table = PurgeTable()
    table.take(values.map { ledgerRecord($0.0, $0.1) })
    return table
}
