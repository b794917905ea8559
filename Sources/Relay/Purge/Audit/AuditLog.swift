import Synchronization

/// The file of `purge.auditLog`: the records of this process as lines, in a chain of the file's own.
///
/// The file only grows, and one process at a time may have it (`flock`), so that its chain has no forks. The lock is the
/// file's, not the name's: after the file was renamed, records go on into it until the process is started again.
public final class AuditLog: Sendable {
    private struct State {
        /// The chain's last record in the file; nil at its beginning.
        var head: AuditHead?
        /// A write failed: what the file holds is not known.
        var mustLook = false
    }

    private let file: AuditFile
    private let state: Mutex<State>

    /// Opens the file, making it (mode 0640) where there is none, and finds the end of its chain. A last line that a
    /// crash cut off is ended, not removed: a check passes over it, and the chain goes on from the record before it.
    ///
    /// - Throws: `AuditLogError`: it cannot be read and written, is no regular file, another process has it, or what it
    ///   holds are no audit records.
    public convenience init(path: String) throws(AuditLogError) {
        try self.init(path: path, system: AuditFile.System())
    }

    init(path: String, system: AuditFile.System) throws(AuditLogError) {
        file = try AuditFile(path: path, system: system)
        state = Mutex(State(head: try file.recover()))
    }

    /// Appends a record for each entry, all in one write, and waits until the disk has them.
    ///
    /// It blocks the thread for as long as the disk takes; entries of several callers come one after another.
    ///
    /// - Throws: `AuditLogError` when they are not in the file, none of them, as far as the system let them be taken
    ///   back. The next call looks at the file again and goes on.
    public func append(_ entries: [AuditEntry]) throws(AuditLogError) {
        guard !entries.isEmpty else { return }
        // The file's order is the chain's, so the write belongs into the lock.
        try state.withLock { (state) throws(AuditLogError) in
            if state.mustLook { state.head = try file.recover() }
            state.mustLook = true
            var head = state.head
            var lines: [UInt8] = []
            for entry in entries {
                let (value, next) = AuditChain.seal(entry, after: head)
                head = next
                lines += value
                lines.append(UInt8(ascii: "\n"))
            }
            try file.append(lines)
            state = State(head: head)
        }
    }
}
