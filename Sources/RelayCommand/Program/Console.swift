import Glibc

/// Where text of a command goes, handed in so that a test can read it.
struct Console: Sendable {
    /// Writes data and asked-for help.
    var standardOutput: @Sendable (String) -> Void
    /// Writes data as bytes, all of them; for commands whose output may be long, so that they hear when nobody reads it.
    var writeData: @Sendable ([UInt8]) throws(WriteFailure) -> Void
    /// Writes errors, logs and progress.
    var standardError: @Sendable (String) -> Void
    /// Whether a person watches standard error, so that a line may be written over.
    var errorsAreOnTerminal = false
    /// How many columns a line of help may have.
    var width: Int

    /// The process's own descriptors.
    static func system() -> Console {
        Console(
            standardOutput: { write($0, to: STDOUT_FILENO) },
            writeData: { bytes throws(WriteFailure) in try DescriptorWriter.write(bytes, to: STDOUT_FILENO) },
            standardError: { write($0, to: STDERR_FILENO) },
            errorsAreOnTerminal: isatty(STDERR_FILENO) == 1, width: terminalWidth)
    }

    /// The terminal's width, kept readable: 60 to 100 columns, 80 where there is no terminal.
    private static var terminalWidth: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(max(Int(size.ws_col), 60), 100)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }
}
