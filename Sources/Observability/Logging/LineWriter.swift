import Glibc

/// Writes whole lines to a file descriptor, each with one write(2), so that lines of several threads, and of other
/// processes that share the descriptor, do not run into each other.
///
/// What the descriptor does not take (a full disk, a reader that went away) is dropped: logging must not stop the work.
struct LineWriter: Sendable {
    let descriptor: Int32

    func write(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { bytes in
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
