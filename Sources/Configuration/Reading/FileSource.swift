import Glibc

/// Where files are read from; a seam for tests.
public protocol FileSource: Sendable {
    /// The whole file.
    ///
    /// - Throws: when it cannot be read, or is larger than `limit` bytes.
    func contents(of path: String, atMost limit: Int) throws(FileError) -> [UInt8]
}

/// A file that cannot be read.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What the system said, such as `No such file or directory`.
    public var problem: String

    /// An error about `path`.
    public init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    public var description: String { "cannot read \(path): \(problem)" }
}

/// The machine's own files.
public struct SystemFiles: FileSource {
    /// Makes a source; it has no state.
    public init() {}

    public func contents(of path: String, atMost limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path)
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw FileError(path: path, problem: "larger than \(limit) bytes") }
        }
    }

    private static func failure(_ path: String) -> FileError {
        FileError(path: path, problem: String(cString: strerror(errno)))
    }
}
