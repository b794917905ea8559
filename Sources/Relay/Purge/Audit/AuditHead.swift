import JSON
public import KafkaClient

/// How far a chain has come: its last record, which the next one names.
///
/// It stands beside the jobs in the compacted ledger topic, one for each partition, and is written in every transaction
/// that has audit records. So whoever is assigned the partition goes on with the chain, and who checks the chain sees
/// where it must end.
public struct AuditHead: Sendable, Equatable {
    /// The key of its record in the ledger topic; no request id begins so.
    public static let key = Array("contact-relay:audit-chain".utf8)

    /// The last record's number, from 1.
    public var sequence: Int64
    /// The last record's hash, 64 hexadecimal digits.
    public var hash: String

    /// Names a record of a chain.
    public init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Reads a record of the ledger topic; nil for what is not such a record.
    public init?(_ value: [UInt8]) {
        guard let json = try? JSONValue(parsing: value), let sequence = json["sequence"]?.intValue,
            AuditChain.sequences.contains(sequence), let hash = json["hash"]?.stringValue,
            AuditChain.isHash(hash.utf8)
        else { return nil }
        self.init(sequence: sequence, hash: hash)
    }

    /// Its record in the ledger topic, for the partition with the number of the input's.
    public func record(topic: String, partition: Int32) -> ProducerRecord {
        let json = JSONValue.object([("sequence", .number(sequence)), ("hash", .string(hash))])
        return ProducerRecord(topic: topic, partition: partition, key: Self.key, value: json.bytes)
    }
}
