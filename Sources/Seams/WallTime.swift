import Glibc

/// A wall-clock time in UTC, to the millisecond, written and read as RFC 3339 says.
public struct WallTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var milliseconds: Int64

    /// Makes the time that lies `milliseconds` after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time that lies so much later, to the millisecond.
    public static func + (time: WallTime, duration: Duration) -> WallTime {
        WallTime(milliseconds: time.milliseconds + duration.wholeMilliseconds)
    }

    /// From the right one to the left one; negative when the clock was set back in between.
    public static func - (later: WallTime, earlier: WallTime) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }

    /// The time on this machine's clock. Only `SystemTime` and start-up code ask for it.
    public static var system: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// RFC 3339 with three digits of a second, in UTC: `2026-11-22T10:00:00.000Z`.
    public var description: String {
        let (days, millisecondOfDay) = milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        let second = millisecondOfDay / 1000
        return String(unsafeUninitializedCapacity: 32) { buffer in
            var count = 0
            func put(_ value: Int64, digits: Int, then separator: Character) {
                var divisor: Int64 = 1
                for _ in 1..<digits { divisor *= 10 }
                for _ in 0..<digits {
                    buffer[count] = UInt8(ascii: "0") + UInt8(value / divisor % 10)
                    count += 1
                    divisor /= 10
                }
                buffer[count] = separator.asciiValue!
                count += 1
            }
            put(date.year, digits: 4, then: "-")
            put(date.month, digits: 2, then: "-")
            put(date.day, digits: 2, then: "T")
            put(second / 3600, digits: 2, then: ":")
            put(second / 60 % 60, digits: 2, then: ":")
            put(second % 60, digits: 2, then: ".")
            put(millisecondOfDay % 1000, digits: 3, then: "Z")
            return count
        }
    }

    /// Reads RFC 3339 with any number of fraction digits and `Z` or an offset; nil for everything else.
    ///
    /// A leap second (`:60`) is read as the second after `:59`.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var position = 0
        func number(_ digits: Int) -> Int64? {
            guard position + digits <= bytes.count else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                guard case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] else { return nil }
                value = value * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
                position += 1
            }
            return value
        }
        func skip(_ accepted: String) -> Bool {
            guard position < bytes.count, accepted.utf8.contains(bytes[position]) else { return false }
            position += 1
            return true
        }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2), skip("Tt"),
            let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            (1...12).contains(month), hour < 24, minute < 60, second < 61,
            let days = CivilDate(year: year, month: month, day: day).daysSince1970
        else { return nil }
        var fraction: Int64 = 0
        if skip(".") {
            let first = position
            var scale: Int64 = 100
            while let digit = number(1) {
                fraction += digit * scale
                scale /= 10
            }
            guard position > first else { return nil }
        }
        var offset: Int64 = 0
        if !skip("Zz") {
            let sign: Int64
            if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
            guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            offset = sign * (hours * 60 + minutes)
        }
        guard position == bytes.count else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        self.init(milliseconds: seconds * 1000 + fraction)
    }
}

/// A date of the proleptic Gregorian calendar, by the algorithm of Howard Hinnant's "chrono-Compatible Low-Level Date
/// Algorithms" (years run from March, 400 years are an era).
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Nil when the month has no such day.
    var daysSince1970: Int64? {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let back = CivilDate(daysSince1970: days)
        return back.year == year && back.month == month && back.day == day ? days : nil
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
