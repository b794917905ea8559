import KafkaClient
import Seams
import WorkerPool

/// Which running job is asked after next: each job at its own interval, all together within the pace of all polls, and while
/// the API does not answer only one, now and then. Pure.
///
/// A job rests until it is due. At each free place the youngest job that is due is called, whose end is likely near and
/// awaited; every fourth place goes to the one that has been due longest, so that none starves. A place is lost by time and
/// not given back: whoever is called and does not come, for whatever reason, holds up nobody.
struct PollLine {
    /// Whose fault it may be that a job could not be asked after.
    enum Fault: Equatable {
        /// That job's, or the API's: the next one to be asked shows it.
        case perhapsItsOwn
        /// The API's, or the set-up's.
        case everybodys
        /// Nobody's: the API wants no requests before then.
        case closed(until: Moment)
    }

    private enum Place {
        /// Until it is due.
        case resting
        case due
        /// Its lane is woken.
        case called
        case asking
        /// It was called and did not ask: it is due again when it comes by itself.
        case away
    }

    private struct Entry {
        /// By which the youngest is known.
        var submitted: WallTime
        /// When it was due, or will be.
        var due: Moment
        var place: Place
        /// The number of faults that were known when it began to ask.
        var round = 0
        var failures = 0
    }

    /// Every so many places go to the job that has been due longest.
    static let turnOfTheLongest = 4
    /// So many are asked after at once, at most: half of the desk's tasks, as polls may wait for their place within the
    /// API's pace while submissions need a task.
    static let mostAtOnce = 16
    /// Who has not begun so long after its call is not waited for.
    static let callPatience = Duration.seconds(10)
    /// While jobs are due the pace is looked at so often: nobody tells when it changes.
    static let glance = Duration.seconds(2)
    /// However small a share is, its pace is one that a clock can show.
    private static let widestSpacing = 3600.0

    private var entries: [PurgeKey: Entry] = [:]
    private var resting = RankedHeap<PurgeKey, Moment>()
    /// All that are due, twice: by their youth, and by when they became due.
    private var byYouth = RankedHeap<PurgeKey, Int64>()
    private var byWait = RankedHeap<PurgeKey, Moment>()
    /// In the order of their calls.
    private var calls: [(key: PurgeKey, deadline: Moment)] = []
    /// Those that are called or ask: few.
    private var open: Set<PurgeKey> = []
    private var places = 0
    private var lastPlace: Moment?

    /// Grows with each fault that is news: one of a poll that began before the last fault says nothing new.
    private var round = 0
    /// Faults that were news since the last answer.
    private var failures = 0
    /// The one that tries whether the API answers again.
    private var probe: PurgeKey?
    private var pausedUntil: Moment?
    /// Whether it is clear that it is not one job's own fault, or nobody could tell otherwise.
    private(set) var isDown = false

    /// How many jobs are followed.
    var count: Int { entries.count }
    /// How many of them are due and wait for a place.
    var dueCount: Int { byWait.count }

    // MARK: The jobs

    /// Whether the job may be asked after now. If so, it must say what came of it: `answered`, `failed` or `interrupted`.
    ///
    /// - Parameter firstDue: When it is due, if it is new here.
    mutating func turn(_ key: PurgeKey, submitted: WallTime, firstDue: @autoclosure () -> Moment) -> Bool {
        guard let entry = entries[key] else {
            entries[key] = Entry(submitted: submitted, due: firstDue(), place: .away)
            rest(key)
            return false
        }
        switch entry.place {
        case .resting, .due: return false
        case .away:
            queue(key)
            return false
        case .called where failures > 0 && probe != key:
            // Called before the fault: if all came that were, they would knock at an API that is down.
            close(key)
            queue(key)
            return false
        case .called, .asking:
            calls.removeAll { $0.key == key }
            entries[key]?.place = .asking
            entries[key]?.round = round
            return true
        }
    }

    /// The API has answered: it does so for others too.
    mutating func answered(_ key: PurgeKey, due: Moment) {
        guard entries[key]?.place == .asking else { return }
        close(key)
        entries[key]?.failures = 0
        entries[key]?.due = due
        rest(key)
        recover()
    }

    /// The job could not be asked after.
    ///
    /// - Parameter due: When to try again, from the number of its faults in a row, if it should be its own.
    mutating func failed(
        _ key: PurgeKey, _ fault: Fault, now: Moment, random: any RandomSource, due: (Int) -> Moment
    ) {
        guard let entry = entries[key], entry.place == .asking else { return }
        close(key)
        if case .closed = fault {
            queue(key)
        } else {
            entries[key]?.failures += 1
            entries[key]?.due = due(entry.failures + 1)
            rest(key)
        }
        if entry.round == round {
            round += 1
            failures += 1
            if fault != .perhapsItsOwn || failures > 1 {
                isDown = true
                pausedUntil = now + ProbePause.length(afterFailures: failures, random: random)
            }
        }
        if case .closed(let until) = fault {
            // Whoever says it, and whenever it began to ask.
            isDown = true
            failures = max(failures, 1)
            pausedUntil = max(until, pausedUntil ?? until)
        }
    }

    /// The job was not asked after: its task had to end. It comes by itself, if it is still ours.
    mutating func interrupted(_ key: PurgeKey) {
        guard entries[key]?.place == .asking else { return }
        close(key)
        entries[key]?.place = .away
    }

    /// Nobody asks after it any more.
    mutating func leave(_ key: PurgeKey) {
        guard entries[key] != nil else { return }
        forget(key)
        recoverIfEmpty()
    }

    /// The jobs of this partition are another's now.
    mutating func drop(_ partition: TopicPartition) {
        for key in entries.keys where key.partition == partition { forget(key) }
        recoverIfEmpty()
    }

    // MARK: The places

    /// Who is to be woken now, to ask.
    ///
    /// - Parameter perMinute: The pace of all polls; nil is none, 0 lets nobody ask.
    mutating func call(now: Moment, perMinute: Double?) -> [PurgeKey] {
        while let (key, deadline) = calls.first, deadline <= now {
            close(key)
            entries[key]?.place = .away
        }
        while let first = resting.first, first.rank <= now {
            resting.remove(first.key)
            queue(first.key)
        }
        var called: [PurgeKey] = []
        while let free = freePlace(now: now, perMinute: perMinute), free <= now {
            places = (places + 1) % Self.turnOfTheLongest
            guard let key = places == 0 ? byWait.first?.key : byYouth.first?.key else { break }
            byYouth.remove(key)
            byWait.remove(key)
            entries[key]?.place = .called
            calls.append((key, now + Self.callPatience))
            open.insert(key)
            if failures > 0 { probe = key }
            takePlace(now: now, spacing: Self.spacing(perMinute) ?? .zero)
            called.append(key)
        }
        return called
    }

    /// When `call` is to be asked again; nil where only what the jobs do can change anything.
    func nextCall(now: Moment, perMinute: Double?) -> Moment? {
        var next = calls.first?.deadline
        func come(_ moment: Moment) { next = next.map { min($0, moment) } ?? moment }
        if byWait.isEmpty {
            if let first = resting.first { come(first.rank) }
        } else if let pausedUntil, pausedUntil > now {
            come(pausedUntil)
        } else if let free = freePlace(now: now, perMinute: perMinute) {
            come(min(free, now + Self.glance))
        }
        return next
    }

    /// When the next place is free; nil where somebody must answer first, or nobody is due.
    private func freePlace(now: Moment, perMinute: Double?) -> Moment? {
        guard !byWait.isEmpty, failures > 0 ? probe == nil : open.count < Self.mostAtOnce else { return nil }
        var free = max(now, pausedUntil ?? now)
        if let spacing = Self.spacing(perMinute) {
            guard spacing > .zero else { return now + Self.glance }
            if let lastPlace { free = max(free, lastPlace + spacing) }
        }
        return free
    }

    /// Between two places; nil is no pace, and zero that there are none.
    private static func spacing(_ perMinute: Double?) -> Duration? {
        perMinute.map { $0 > 0 ? .seconds(min(60 / $0, widestSpacing)) : .zero }
    }

    /// A timer that is late is made up for by a tenth of a place, and what was not used is gone: no burst follows.
    private mutating func takePlace(now: Moment, spacing: Duration) {
        lastPlace = lastPlace.map { max($0 + spacing, now - spacing / 10) } ?? now
    }

    // MARK: From place to place

    /// Until it is due.
    private mutating func rest(_ key: PurgeKey) {
        guard let entry = entries[key] else { return }
        entries[key]?.place = .resting
        resting.insert(key, rank: entry.due)
    }

    /// It is due.
    private mutating func queue(_ key: PurgeKey) {
        guard let entry = entries[key] else { return }
        entries[key]?.place = .due
        byYouth.insert(key, rank: -entry.submitted.milliseconds)
        byWait.insert(key, rank: entry.due)
    }

    /// It is neither called nor asking any more.
    private mutating func close(_ key: PurgeKey) {
        calls.removeAll { $0.key == key }
        open.remove(key)
        if probe == key { probe = nil }
    }

    private mutating func forget(_ key: PurgeKey) {
        close(key)
        resting.remove(key)
        byYouth.remove(key)
        byWait.remove(key)
        entries[key] = nil
    }

    private mutating func recover() {
        failures = 0
        pausedUntil = nil
        probe = nil
        isDown = false
    }

    /// Nobody is left who could find out that a fault is over.
    private mutating func recoverIfEmpty() {
        if entries.isEmpty { recover() }
    }
}
