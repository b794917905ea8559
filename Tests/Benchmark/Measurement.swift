import Foundation
import ProcessSupport

/// What one trial showed: a line of the table.
struct Measurement {
    var trial: Trial
    var start: Sample
    var end: Sample
    /// Whether the work ended too soon.
    var isDry: Bool

    static let heading = """
        | latency | in flight | ceiling/s | calls/s | of the ceiling | CPU worker | CPU sandbox | CPU others | CPU idle | limit |
        |--------:|----------:|----------:|--------:|---------------:|-----------:|------------:|-----------:|---------:|-------|
        """

    private var seconds: Double { Double((end.count.taken - start.count.taken) / .milliseconds(1)) / 1000 }
    private var rate: Double { Double(end.count.calls - start.count.calls) / seconds }
    private var worker: Double { (end.worker - start.worker) / seconds }
    private var sandbox: Double { (end.sandbox - start.sandbox) / seconds }
    private var idle: Double { (end.idle - start.idle) / seconds }

    /// The broker, and whatever else runs on the machine.
    private var others: Double { max(0, Self.cores - idle - worker - sandbox) }

    private static let cores = Double(ProcessInfo.processInfo.activeProcessorCount)

    /// What keeps it from the ceiling. The sandbox serves all connections on one thread.
    private var limit: String {
        if isDry { return "work ran out" }
        if rate >= 0.95 * trial.ceiling { return "in flight" }
        if idle < 0.1 * Self.cores { return "CPU of the machine" }
        if sandbox >= 0.9 { return "CPU of the sandbox" }
        return "?"
    }

    var row: String {
        let cells = [
            cell(8, "\(Int(trial.latency / .milliseconds(1))) ms"), cell(10, "\(trial.inFlight)"),
            cell(10, String(format: "%.0f", trial.ceiling)), cell(8, String(format: "%.0f", rate)),
            cell(15, percent(rate / trial.ceiling)), cell(11, percent(worker)), cell(12, percent(sandbox)),
            cell(11, percent(others)), cell(9, percent(idle)),
        ]
        return "|" + cells.joined(separator: "|") + "| \(limit) |"
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private func cell(_ width: Int, _ text: String) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text + " "
    }
}
