/// Text broken into lines.
enum Paragraph {
    /// The lines of `text`, broken between words so that none is longer than `width` unless a single word is.
    static func lines(of text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Rows of a term and its meaning in two columns; a term too long for its column has its meaning below it.
    static func table(_ rows: [(term: String, meaning: String)], width: Int) -> [String] {
        let longest = rows.map(\.term.count).max() ?? 0
        let column = min(longest, 26) + 4
        return rows.flatMap { row -> [String] in
            let meaning = lines(of: row.meaning, width: max(width - column, 20))
            let indent = String(repeating: " ", count: column)
            var lines = ["  " + row.term]
            var rest = meaning[...]
            if row.term.count + 4 <= column, let first = rest.popFirst() {
                lines[0] += String(repeating: " ", count: column - row.term.count - 2) + first
            }
            lines += rest.map { indent + $0 }
            return lines
        }
    }
}
