import Configuration
import Synchronization

/// Files that exist in a test only.
final class FixedFiles: FileSource {
    private let files: Mutex<[String: [UInt8]]>

    init(_ files: [String: String] = [:]) {
        self.files = Mutex(files.mapValues { Array($0.utf8) })
    }

    func replace(_ path: String, with bytes: [UInt8]) {
        files.withLock { $0[path] = bytes }
    }

    func contents(of path: String, atMost limit: Int) throws(FileError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[path] }) else {
            throw FileError(path: path, problem: "No such file or directory")
        }
        return bytes
    }
}
