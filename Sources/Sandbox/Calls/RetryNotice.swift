import Seams

/// When a refused call is to come again, as its answer says it.
enum RetryNotice: Sendable {
    /// In so many seconds from the answer's arrival on.
    case after(seconds: Int64)
    /// At a time of the clock, in whole seconds; `moment` is the same.
    case at(WallTime, moment: Moment)

    /// `wait` is rounded up to the whole seconds that `Retry-After` has.
    init(_ wait: Duration, asDate: Bool, now: Moment, wallTime: WallTime) {
        guard asDate else {
            self = .after(seconds: max(1, (wait.wholeNanoseconds + 999_999_999) / 1_000_000_000))
            return
        }
        let date = WallTime(milliseconds: ((wallTime + wait).milliseconds + 999) / 1000 * 1000)
        self = .at(date, moment: now + (date - wallTime))
    }

    /// The value of `Retry-After`.
    var text: String {
        switch self {
        case .after(let seconds): String(seconds)
        case .at(let time, _): time.httpDate
        }
    }

    /// The same for people.
    var words: String {
        switch self {
        case .after(let seconds): "in [\(seconds)] seconds"
        case .at(let time, _): "at [\(time.httpDate)]"
        }
    }

    /// When a client that was answered now may come again.
    func opening(answeredAt now: Moment) -> Moment {
        switch self {
        case .after(let seconds): now + .seconds(seconds)
        case .at(_, let moment): moment
        }
    }
}

extension WallTime {
    /// As RFC 9110 (5.6.7) writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    var httpDate: String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // 2026-11-22T10:00:00.000Z
        let parts = description.split { "-T.".contains($0) }
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "\(weekdays[Int(milliseconds / 86_400_000 % 7)]), \(parts[2]) \(month) \(parts[0]) \(parts[3]) GMT"
    }
}
