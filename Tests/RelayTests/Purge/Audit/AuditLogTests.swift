import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Relay

@Suite struct AuditLogTests {
    private let directory = AuditDirectory()
    private var path: String { directory.path + "/audit.log" }

    private func content() -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    private func put(_ bytes: [UInt8]) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }

    private func findings() -> AuditFindings {
        let lines = content().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        return auditFindings(lines.last == [] ? lines.dropLast() : lines, isFile: true)
    }

    private func appendAnew(_ count: Int) throws {
        let log = try AuditLog(path: path)
        try log.append((0..<count).map { .test("pr-\($0)") })
    }

    @Test func linesAreAChain() throws {
        let log = try AuditLog(path: path)
        try log.append([.test("a"), .test("b")])
        try log.append([])
        try log.append([.test("c")])
        #expect(findings().isIntact && findings().head?.sequence == 3)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 & ~0o640 == 0)
    }

    @Test func aRestartGoesOnWithTheChain() throws {
        for _ in 0..<3 { try appendAnew(2) }
        #expect(findings().isIntact && findings().head?.sequence == 6)
        #expect(findings().notes == [])
    }

    /// Wherever in the last line the crash was.
    @Test func aTornLineIsPassedOver() throws {
        try appendAnew(3)
        let whole = content()
        let lastLine = whole.dropLast().lastIndex(of: UInt8(ascii: "\n"))! + 1
        for cut in lastLine..<whole.count {
            put(Array(whole[..<cut]))
            try appendAnew(1)
            let findings = findings()
            #expect(findings.isIntact, "cut at \(cut)")
            // A line that only lacks its end is whole.
            #expect(findings.head?.sequence == (cut == whole.count - 1 ? 4 : 3), "cut at \(cut)")
            #expect(content().starts(with: whole[..<cut]), "nothing was removed")
        }
    }

    @Test func aFirstLineThatWasTornBeginsTheChainAnew() throws {
        try appendAnew(1)
        for cut in 1..<40 {
            put(Array(content()[..<cut]))
            try appendAnew(1)
            #expect(findings().isIntact && findings().head?.sequence == 1)
        }
    }

    @Test func longLinesBehindTheEndAreLookedThrough() throws {
        try appendAnew(2)
        let junk = Array(#"{"action":"#.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        put(content() + junk)
        try appendAnew(1)
        #expect(findings().isIntact && findings().head?.sequence == 3)
    }

    @Test func anotherFileIsNotWrittenTo() throws {
        put(Array("root:x:0:0\n".utf8))
        let error = thrownError(AuditLogError.self) { try AuditLog(path: path) }
        #expect(error?.description == "the audit log \(path): what it holds are no audit records")
        #expect(content() == Array("root:x:0:0\n".utf8))
    }

    @Test func onlyOneMayWriteAFile() throws {
        let log = try AuditLog(path: path)
        let error = thrownError(AuditLogError.self) { try AuditLog(path: path) }
        #expect(error?.problem == "another process writes it; each needs a file of its own")
        try log.append([.test()])
    }

    @Test func aFileThatCannotBeMadeIsNamed() {
        let missing = directory.path + "/none/audit.log"
        #expect(
            thrownError(AuditLogError.self) { try AuditLog(path: missing) }?.description
                == "the audit log \(missing): No such file or directory")
        #expect(
            thrownError(AuditLogError.self) { try AuditLog(path: "/dev/null") }?.problem == "it is no regular file")
    }

    @Test func whatCouldNotBeWrittenIsTakenBackAndTheNextGoesOn() throws {
        let disk = FullDisk()
        let log = try AuditLog(path: path, system: AuditFile.System(write: disk.write))
        try log.append([.test("a")])
        let before = content()
        disk.room.store(before.count + 10, ordering: .relaxed)
        let error = thrownError(AuditLogError.self) { try log.append([.test("b"), .test("c")]) }
        #expect(error?.description == "the audit log \(path): No space left on device")
        #expect(content() == before)
        disk.room.store(.max, ordering: .relaxed)
        try log.append([.test("d")])
        #expect(findings().isIntact && findings().head?.sequence == 2)
        #expect(findings().notes == [])
    }

    /// As logrotate's `copytruncate` does it.
    @Test func aFileThatWasEmptiedGoesOnWithTheChain() throws {
        let log = try AuditLog(path: path)
        try log.append([.test(), .test()])
        #expect(truncate(path, 0) == 0)
        try log.append([.test()])
        #expect(findings().isIntact && findings().notes == [.beginsLater(sequence: 3)])
    }
}

/// Takes so many bytes, then none.
private final class FullDisk: Sendable {
    let room = Atomic(Int.max)

    func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        let taken = min(count, room.load(ordering: .relaxed))
        guard taken > 0 else {
            errno = ENOSPC
            return -1
        }
        room.subtract(taken, ordering: .relaxed)
        return Glibc.write(descriptor, bytes, taken)
    }
}
