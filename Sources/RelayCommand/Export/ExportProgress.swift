import Seams

/// How far an export has come: one line that is written over on a terminal, a line every few seconds elsewhere.
struct ExportProgress {
    private static let interval = Duration.seconds(5)

    private let console: Console
    private let noun: String
    private var last: Moment
    private var isOnLine = false

    init(console: Console, noun: String, now: Moment) {
        self.console = console
        self.noun = noun
        last = now
    }

    mutating func show(_ count: Int, page: Int, at now: Moment) {
        let text = "\(count.counted(noun)), page \(page)"
        if console.errorsAreOnTerminal {
            console.standardError("\r\(text)")
            isOnLine = true
        } else if now - last >= Self.interval {
            console.standardError("\(text)\n")
            last = now
        }
    }

    /// Leaves the line, so that other words can follow.
    mutating func end() {
        if isOnLine { console.standardError("\n") }
        isOnLine = false
    }
}
