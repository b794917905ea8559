import Crypto
import JSON

/// How audit records hang together: each has a number, the hash of the one before it, and as its last member its own.
///
/// A record's hash is the SHA-256 of its bytes without that member: of `{…,"hash":"…"}` the text `{…}`.
public enum AuditChain {
    /// What the first record of a chain names as the one before it.
    static let noHash = String(repeating: "0", count: 2 * SHA256.length)
    /// The numbers that a record may have; far from where adding to one would overflow.
    static let sequences: ClosedRange<Int64> = 1...1 << 60

    private static let beginning = Array(#"{"action":"#.utf8)
    private static let hashMember = Array(#","hash":""#.utf8)
    private static let end = Array(#""}"#.utf8)
    private static let brace = UInt8(ascii: "}")

    /// Makes the record that follows `head`; nil is a chain's beginning. A record has less than 50 KiB, whatever its
    /// texts were.
    public static func seal(_ entry: AuditEntry, after head: AuditHead?) -> (value: [UInt8], head: AuditHead) {
        let sequence = (head?.sequence ?? 0) + 1
        let bare = JSONValue.object(
            entry.members + [
                ("sequence", .number(sequence)), ("previousHash", .string(head?.hash ?? noHash)),
            ]
        ).bytes
        let hash = hash(of: bare)
        var value = bare
        value.removeLast()
        value += hashMember
        value += hash.utf8
        value += end
        return (value, AuditHead(sequence: sequence, hash: hash))
    }

    /// A record without its hash, and the hash that it says; nil where its end is not as `seal` makes it.
    static func split(_ value: [UInt8]) -> (bare: [UInt8], hash: String)? {
        let length = hashMember.count + noHash.utf8.count + end.count
        guard value.count > length, value.first == UInt8(ascii: "{") else { return nil }
        let tail = value.suffix(length)
        let digits = tail.dropFirst(hashMember.count).dropLast(end.count)
        guard tail.starts(with: hashMember), tail.suffix(end.count).elementsEqual(end), isHash(digits) else {
            return nil
        }
        return (value.dropLast(length) + [brace], String(decoding: digits, as: UTF8.self))
    }

    /// Whether a record may begin so, as a line does that was cut off.
    static func isBeginning(_ line: [UInt8]) -> Bool {
        line.count < beginning.count ? beginning.starts(with: line) : line.starts(with: beginning)
    }

    static func hash(of bare: [UInt8]) -> String { Hex.text(SHA256.digest(bare)) }

    /// Whether these are 64 small hexadecimal digits. Large ones are no hash: one record has one spelling.
    static func isHash(_ digits: some Collection<UInt8>) -> Bool {
        digits.count == noHash.utf8.count
            && digits.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
