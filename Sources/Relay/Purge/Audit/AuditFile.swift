import Glibc

/// A descriptor of an audit file, with the lock on it.
struct AuditFile: ~Copyable, Sendable {
    private let path: String
    private let descriptor: Int32
    private let system: System

    /// The call that may fail when the disk is full: a seam, so that a test can fill it.
    struct System: Sendable {
        /// As `write(2)`.
        var write: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { Glibc.write($0, $1, $2) }
    }

    init(path: String, system: System) throws(AuditLogError) {
        self.path = path
        self.system = system
        // Without O_NONBLOCK a pipe would be waited for.
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw AuditLogError(path: path, problem: Self.lastWords) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AuditLogError(path: path, problem: "it is no regular file")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            throw AuditLogError(
                path: path,
                problem: isTaken ? "another process writes it; each needs a file of its own" : Self.lastWords)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Ends a line that was cut off, and finds the last record.
    func recover() throws(AuditLogError) -> AuditHead? {
        let size = try size()
        guard size > 0 else { return nil }
        let lastByte = try read(from: size - 1, count: 1)
        let head = try lastHead(before: size)
        if lastByte != [UInt8(ascii: "\n")] { try append([UInt8(ascii: "\n")]) }
        return head
    }

    /// Writes all, or takes back what was written.
    func append(_ bytes: [UInt8]) throws(AuditLogError) {
        let size = try size()
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { system.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                throw takenBack(to: size)
            }
        }
        while fsync(descriptor) != 0 {
            if errno != EINTR { throw takenBack(to: size) }
        }
    }

    /// The last record whose bytes have its hash; nil where there is nothing but the beginning of one.
    private func lastHead(before size: Int64) throws(AuditLogError) -> AuditHead? {
        var window: Int64 = 1 << 16
        while true {
            let start = max(0, size - window)
            let bytes = try read(from: start, count: Int(size - start))
            var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            // The first may have begun before the window.
            if start > 0, !lines.isEmpty { lines.removeFirst() }
            for line in lines.reversed() {
                if let record = try? AuditRecord(reading: Array(line)), record.isUnchanged {
                    return AuditHead(sequence: record.sequence, hash: record.hash)
                }
            }
            guard start > 0 else {
                guard lines.allSatisfy({ AuditChain.isBeginning(Array($0)) }) else {
                    throw AuditLogError(path: path, problem: "what it holds are no audit records")
                }
                return nil
            }
            window *= 4
        }
    }

    private func size() throws(AuditLogError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw AuditLogError(path: path, problem: Self.lastWords) }
        return Int64(status.st_size)
    }

    private func read(from offset: Int64, count: Int) throws(AuditLogError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset) + off_t(done))
            }
            if got > 0 {
                done += got
            } else if got == 0 || errno != EINTR {
                throw AuditLogError(path: path, problem: got == 0 ? "it became shorter" : Self.lastWords)
            }
        }
        return bytes
    }

    /// The last error, after the file was cut to what it had been. Where that is not allowed either, the next look at
    /// the file finds what stands there.
    private func takenBack(to size: Int64) -> AuditLogError {
        let error = AuditLogError(path: path, problem: Self.lastWords)
        _ = ftruncate(descriptor, off_t(size))
        return error
    }

    private static var lastWords: String { String(cString: strerror(errno)) }
}
