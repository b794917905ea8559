import Glibc

/// A secret that is asked for anew each time it is needed, so that a rotated file takes effect without a restart.
///
/// However it is printed, described, dumped or interpolated, only `<secret>` shows.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let source: @Sendable () throws(SecretError) -> String

    /// A secret that `source` gives each time; it may block for as long as reading a small file takes.
    public init(from source: @escaping @Sendable () throws(SecretError) -> String) {
        self.source = source
    }

    /// A secret that stays the same.
    public init(value: String) {
        source = { () throws(SecretError) in value }
    }

    /// The content of a file, without the line ends at its end; at most 64 KiB of UTF-8.
    public init(file path: String) {
        source = { () throws(SecretError) in try Self.content(of: path) }
    }

    /// The secret as it is now.
    public func read() throws(SecretError) -> String {
        try source()
    }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    private static func content(of path: String) throws(SecretError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SecretError("cannot open \(path) (errno \(errno))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024 + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SecretError("cannot read \(path) (errno \(errno))") }
            if got == 0 { break }
            count += got
        }
        guard count < bytes.count else { throw SecretError("\(path) is larger than 64 KiB") }
        while count > 0, bytes[count - 1] == UInt8(ascii: "\n") || bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SecretError("\(path) is not UTF-8")
        }
        return text
    }
}

/// Why a secret could not be read; safe to log.
public struct SecretError: Error, Sendable, CustomStringConvertible {
    public var description: String

    /// Makes an error; `description` must not quote the secret.
    public init(_ description: String) {
        self.description = description
    }
}
