/// Rows of cells as lines of aligned columns.
enum TextTable {
    /// Each row one line, without spaces at its end. All rows have as many cells as the first.
    static func text(_ rows: [[String]]) -> String {
        guard let first = rows.first else { return "" }
        let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = cells.joined(separator: "  ")
            text += line.prefix(line.count - line.reversed().prefix { $0 == " " }.count) + "\n"
        }
        return text
    }
}
