import CommandLineParsing
import JSON
import Seams

/// Where an export goes, a line for each resource, and how far it has come.
struct ExportOutput: ~Copyable {
    private let context: CommandContext
    /// Nil where standard output is written.
    private var file: ExportFile?
    private var progress: ExportProgress
    private var count = 0

    /// - Throws: `CommandFailure` (69) when the file at `path` cannot be written.
    init(path: String?, isContinued: Bool, noun: String, context: CommandContext) throws(CommandFailure) {
        self.context = context
        progress = ExportProgress(console: context.console, noun: noun, now: context.time.now)
        if let path {
            file = try ExportFile(path: path, isContinued: isContinued)
        } else {
            file = nil
        }
    }

    /// Writes the resources of a page together.
    mutating func take(_ resources: [JSONValue], page: Int) throws(WriteFailure) {
        var bytes: [UInt8] = []
        for resource in resources {
            resource.write(into: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        if file != nil {
            try file?.write(bytes)
        } else if !bytes.isEmpty {
            try context.console.writeData(bytes)
        }
        count += resources.count
        progress.show(count, page: page, at: context.time.now)
    }

    /// Makes room for the last words.
    mutating func end() {
        progress.end()
    }
}
