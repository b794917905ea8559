import CommandLineParsing
import Glibc

/// A file that outcomes are written to, a line each.
final class OutcomeFile: Sendable {
    private let descriptor: Int32

    /// Makes the file, or empties it.
    ///
    /// - Throws: `CommandFailure` (69) when it cannot be written.
    init(path: String) throws(CommandFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure(
                exitCode: .unavailable, message: "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Writes one line. A full disk loses the line, which only the demo's file then lacks.
    func write(_ line: [UInt8]) {
        let bytes = line + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 && errno != EINTR { return }
            written += max(count, 0)
        }
    }
}
