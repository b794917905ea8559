import Seams

/// How far something has come: one line that is written over on a terminal, a line a second elsewhere.
struct ProgressLine {
    private let console: Console
    private let total: Int
    private var last: Moment?

    init(console: Console, total: Int) {
        self.console = console
        self.total = total
    }

    /// Shows that `count` of the total are done.
    mutating func show(_ count: Int, at now: Moment) {
        if console.errorsAreOnTerminal {
            console.standardError("\r\(bar(count)) \(count) of \(total)")
        } else if last.map({ now - $0 >= .seconds(1) }) ?? false || last == nil {
            console.standardError("\(count) of \(total) events have their outcome\n")
            last = now
        }
    }

    /// Shows the last count and ends the line.
    func end(_ count: Int) {
        if console.errorsAreOnTerminal {
            console.standardError("\r\(bar(count)) \(count) of \(total)\n")
        } else {
            console.standardError("\(count) of \(total) events have their outcome\n")
        }
    }

    private func bar(_ count: Int) -> String {
        let done = total > 0 ? count * 30 / total : 30
        return "[" + String(repeating: "#", count: done) + String(repeating: ".", count: 30 - done) + "]"
    }
}
