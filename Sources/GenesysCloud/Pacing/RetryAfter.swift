import HTTPClient
import Seams

extension HTTPResponse {
    /// What `Retry-After` asks for: seconds, or an HTTP date counted from the answer's own `Date`, because the server's
    /// clock need not be ours. Nil when the field is absent or unreadable; zero when the date has passed.
    func retryAfter(wallTime: WallTime) -> Duration? {
        guard let text = self[header: "Retry-After"] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            return .seconds(Int64(text) ?? Int64(Int32.max))
        }
        guard let moment = WallTime(httpDate: text) else { return nil }
        let serverNow = self[header: "Date"].flatMap(WallTime.init(httpDate:)) ?? wallTime
        return max(.zero, .milliseconds(moment.milliseconds - serverNow.milliseconds))
    }
}

extension WallTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads the three forms of RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    init?(httpDate text: String) {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).map(String.init)
        let (day, month, year, clock): (String, String, String, String)
        switch parts.count {
        case 6 where parts[5] == "GMT": (day, month, year, clock) = (parts[1], parts[2], parts[3], parts[4])
        case 5: (day, month, year, clock) = (parts[2], parts[1], parts[4], parts[3])
        default: return nil
        }
        guard let number = Self.months.firstIndex(of: month), let dayNumber = Int(day), var yearNumber = Int(year),
            (1...31).contains(dayNumber), (0...9999).contains(yearNumber)
        else { return nil }
        if year.utf8.count == 2 { yearNumber += yearNumber < 70 ? 2000 : 1900 }
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        self.init(rfc3339: "\(padded(yearNumber, 4))-\(padded(number + 1, 2))-\(padded(dayNumber, 2))T\(clock)Z")
    }
}
