import CommandLineParsing
import Configuration
import Glibc
import JSON

/// The file of `--output`: begun anew, or continued where an earlier export ended.
///
/// A file that is begun anew keeps its old content until there is something to write, so that an export that gets
/// nothing from the API takes nothing away.
struct ExportFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var isEmptied: Bool

    /// Opens the file, making it where there is none.
    ///
    /// - Throws: `CommandFailure` (69) when it cannot be written.
    init(path: String, isContinued: Bool) throws(CommandFailure) {
        self.path = path
        isEmptied = isContinued
        descriptor = open(path, (isContinued ? O_RDWR | O_APPEND : O_WRONLY) | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure(
                exitCode: .unavailable, message: "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        if isContinued, lacksLineEnd { try? DescriptorWriter.write([UInt8(ascii: "\n")], to: descriptor) }
    }

    private var lacksLineEnd: Bool {
        let end = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
    }

    deinit {
        close(descriptor)
    }

    mutating func write(_ bytes: [UInt8]) throws(WriteFailure) {
        if !isEmptied {
            isEmptied = true
            // A pipe or a terminal has no length, and needs none.
            if ftruncate(descriptor, 0) != 0, errno != EINVAL { throw .failed(String(cString: strerror(errno))) }
        }
        try DescriptorWriter.write(bytes, to: descriptor)
    }

    /// The ids in a file that is to be continued; none where there is no file.
    ///
    /// - Throws: `CommandFailure`: 65 where a line is no resource, as after a machine's sudden end, since what follows
    ///   would be joined to it; 69 where the file cannot be read.
    static func ids(in path: String) throws(CommandFailure) -> Set<String> {
        guard access(path, F_OK) == 0, LineReader.isRereadable(path) else { return [] }
        var ids: Set<String> = []
        do throws(FileError) {
            var reader = try LineReader(path)
            while let line = try reader.next() {
                guard let resource = try? JSONValue(parsing: line), resource.kind == .object else {
                    throw FileError(
                        path: path, problem: "line \(reader.number) is no resource; take it out, then go on")
                }
                if let id = resource["id"]?.stringValue { ids.insert(id) }
            }
        } catch {
            throw CommandFailure(exitCode: .dataError, message: "\(error)")
        }
        return ids
    }
}
