import Glibc

/// Why bytes could not be written.
enum WriteFailure: Error, Equatable {
    /// Nobody reads the pipe any more.
    case nobodyReads
    /// What the system said, such as `No space left on device`.
    case failed(String)
}

/// Writes to a descriptor until all is written.
enum DescriptorWriter {
    /// - Throws: `nobodyReads` only where SIGPIPE is ignored; elsewhere the signal has ended the process before.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(WriteFailure) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            let fault = errno
            if count > 0 {
                written += count
            } else if count < 0, fault == EPIPE {
                throw .nobodyReads
            } else if count == 0 || fault != EINTR {
                throw .failed(String(cString: strerror(fault)))
            }
        }
    }
}
