import Seams

/// What happened in a run, for a person who reads why it failed. It is off unless a run is repeated to be read.
final class History {
    struct Note {
        var moment: Moment
        var who: String
        var text: String
        /// The lane that it is about; nil concerns all.
        var lane: String?
        /// The partition; nil concerns all.
        var partition: Int32?
    }

    let isOn: Bool
    private(set) var notes: [Note] = []
    private unowned let scheduler: Scheduler

    init(isOn: Bool, _ scheduler: Scheduler) {
        self.isOn = isOn
        self.scheduler = scheduler
    }

    func note(_ who: String, lane: String? = nil, partition: Int32? = nil, _ text: @autoclosure () -> String) {
        guard isOn else { return }
        notes.append(Note(moment: scheduler.now, who: who, text: text(), lane: lane, partition: partition))
    }

    /// The notes about a lane and its partition, and those that concern all.
    func text(lane: String?, partition: Int32?) -> String {
        notes.filter { note in
            if let about = note.lane { return lane == nil || about == lane }
            if let about = note.partition { return partition == nil || about == partition }
            return true
        }.map { note in
            let milliseconds = (note.moment - .start).wholeMilliseconds
            let fraction = String(1000 + milliseconds % 1000).dropFirst()
            let time = String(milliseconds / 1000) + "." + fraction
            return String(repeating: " ", count: max(0, 8 - time.count)) + time + " "
                + note.who + String(repeating: " ", count: max(0, 8 - note.who.count)) + " " + note.text
        }.joined(separator: "\n")
    }
}
