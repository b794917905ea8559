import Testing

@testable import RelayCommand

@Suite struct LineReaderTests {
    private func lines(of text: String) throws -> [String] {
        let file = TemporaryFile(text)
        var reader = try LineReader(file.path)
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append(String(decoding: line, as: UTF8.self))
            #expect(reader.number == lines.count)
        }
        return lines
    }

    @Test func linesEndWithALineFeedOrTheFile() throws {
        #expect(try lines(of: "") == [])
        #expect(try lines(of: "a") == ["a"])
        #expect(try lines(of: "a\n") == ["a"])
        #expect(try lines(of: "\n\na\n\nb") == ["", "", "a", "", "b"])
    }

    /// The chunk is 64 KiB: lines that end at, before and behind its end.
    @Test(arguments: [65_534, 65_535, 65_536, 65_537, 200_000])
    func aLineMayCrossChunks(_ length: Int) throws {
        let long = String(repeating: "x", count: length)
        #expect(try lines(of: "\(long)\nb\n\(long)") == [long, "b", long])
    }

    @Test func onlyAFileCanBeReadAgain() {
        let file = TemporaryFile("a")
        #expect(LineReader.isRereadable(file.path))
        for name in ["-", "/dev/null", "/tmp", "/nowhere"] { #expect(!LineReader.isRereadable(name)) }
    }
}
