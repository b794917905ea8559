import JSON
public import Seams

/// An audit record as it was found, changed perhaps.
public struct AuditRecord: Sendable {
    /// Its number in its chain, as it says.
    public let sequence: Int64
    /// The hash of the record before it, as it says.
    public let previousHash: String
    /// Its own hash, as it says.
    public let hash: String
    /// The hash that its bytes have.
    public let computedHash: String
    /// The bytes, as they were found.
    public let bytes: [UInt8]
    private let json: JSONValue

    /// Whether its bytes have the hash that it says.
    public var isUnchanged: Bool { hash == computedHash }

    /// Reads a record.
    ///
    /// - Throws: `Unreadable` where it has no place in a chain. That members of an entry are absent is no fault: a later
    ///   version may have other ones.
    public init(reading bytes: [UInt8]) throws(Unreadable) {
        guard let (bare, hash) = AuditChain.split(bytes) else {
            throw Unreadable(problem: "it does not end with a hash")
        }
        guard let json = try? JSONValue(parsing: bytes) else { throw Unreadable(problem: "it is not JSON") }
        guard let sequence = json["sequence"]?.intValue, AuditChain.sequences.contains(sequence) else {
            throw Unreadable(problem: "it has no sequence")
        }
        guard let previousHash = json["previousHash"]?.stringValue, AuditChain.isHash(previousHash.utf8) else {
            throw Unreadable(problem: "it has no previousHash")
        }
        self.sequence = sequence
        self.previousHash = previousHash
        self.hash = hash
        computedHash = AuditChain.hash(of: bare)
        self.bytes = bytes
        self.json = json
    }

    /// Why bytes are no audit record.
    public struct Unreadable: Error, Sendable, Equatable {
        /// What is wrong, in words that quote nothing.
        public var problem: String
    }

    /// A member that is text, such as `action` or `requestId`.
    public subscript(member: String) -> String? { json[member]?.stringValue }

    /// How many records were purged.
    public var records: Int64? { json["records"]?.intValue }

    /// When it was written.
    public var timestamp: WallTime? { self["timestamp"].flatMap { WallTime(rfc3339: $0) } }
}
