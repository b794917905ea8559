import Configuration
import Glibc

/// Reads a file line by line, holding no more of it than a line and a chunk.
struct LineReader: ~Copyable {
    /// The longest line that is taken; Kafka's own limits are far below.
    static let longestLine = 64 << 20

    /// The number of the line that `next` gave last, from 1.
    private(set) var number = 0

    private let name: String
    private let descriptor: Int32
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)
    private var unread: Range<Int> = 0..<0
    private var isAtEnd = false

    /// Opens `name`; `-` is standard input, which is not closed at the end.
    init(_ name: String) throws(FileError) {
        self.name = name
        guard name != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        descriptor = open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: name, problem: String(cString: strerror(errno))) }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// Whether a file can be read a second time, which standard input and a pipe cannot.
    static func isRereadable(_ name: String) -> Bool {
        var status = stat()
        return name != "-" && stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The next line without its line feed; nil at the end.
    mutating func next() throws(FileError) -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if unread.isEmpty, !isAtEnd { try refill() }
            if unread.isEmpty {
                guard !line.isEmpty else { return nil }
                number += 1
                return line
            }
            let rest = chunk[unread]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            line += rest[..<(end ?? rest.endIndex)]
            guard line.count <= Self.longestLine else {
                throw FileError(path: name, problem: "line \(number + 1) is longer than \(Self.longestLine >> 20) MiB")
            }
            unread = (end.map { $0 + 1 } ?? rest.endIndex)..<unread.upperBound
            if end != nil {
                number += 1
                return line
            }
        }
    }

    private mutating func refill() throws(FileError) {
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path: name, problem: String(cString: strerror(errno))) }
            isAtEnd = count == 0
            unread = 0..<count
            return
        }
    }
}
