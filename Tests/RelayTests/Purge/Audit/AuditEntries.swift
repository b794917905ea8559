import Glibc
import Seams

@testable import Relay

extension AuditEntry {
    /// A small entry.
    static func test(_ request: String = "pr-1", _ action: AuditAction = .received, detail: String? = nil) -> AuditEntry
    {
        AuditEntry(action, requestID: request, detail: detail, at: WallTime(milliseconds: 1_795_000_000_000))
    }
}

/// A chain of so many records, from the beginning.
func auditChain(_ count: Int, after head: AuditHead? = nil, detail: String? = nil) -> [[UInt8]] {
    var head = head
    return (0..<count).map { number in
        let (value, next) = AuditChain.seal(.test("pr-\(number)", detail: detail), after: head)
        head = next
        return value
    }
}

/// The place of a record in its chain.
func auditHead(_ value: [UInt8]) -> AuditHead {
    guard let record = try? AuditRecord(reading: value) else { preconditionFailure("auditHead: no record") }
    return AuditHead(sequence: record.sequence, hash: record.hash)
}

/// What is found in records with the offsets 0, 1, ….
func auditFindings(
    _ values: [[UInt8]?], isFile: Bool = false, before: AuditHead? = nil, ledger: AuditVerifier.Ledger? = nil
) -> AuditFindings {
    var verifier = AuditVerifier(isFile: isFile, ledger: before)
    for (offset, value) in values.enumerated() { verifier.take(value, at: Int64(offset)) }
    return verifier.finish(ledger: ledger)
}

/// A directory that is gone at the end of the test.
final class AuditDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/contact-relay-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let made = mkdtemp(buffer.baseAddress!) else {
                preconditionFailure("AuditDirectory: error \(errno)")
            }
            return String(cString: made)
        }
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(directory)
        rmdir(path)
    }
}
