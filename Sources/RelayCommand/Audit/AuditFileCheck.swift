import CommandLineParsing
import Configuration
import Relay

/// Checks the file of `purge.auditLog`.
enum AuditFileCheck {
    /// - Throws: `CommandFailure` (69) when it cannot be read.
    static func check(_ path: String, _ selection: AuditSelection) throws(CommandFailure) -> CheckedChain {
        var check = ChainCheck(selection, isFile: true)
        do throws(FileError) {
            var reader = try LineReader(path)
            while let line = try reader.next() { check.take(line, at: Int64(reader.number)) }
        } catch {
            throw CommandFailure(exitCode: .unavailable, message: "\(error)")
        }
        return check.finish(name: path, placeWord: "line")
    }
}
