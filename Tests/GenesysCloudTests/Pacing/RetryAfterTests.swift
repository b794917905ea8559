import HTTPClient
import Seams
import Testing

@testable import GenesysCloud

@Suite struct RetryAfterTests {
    private let wallTime = WallTime(rfc3339: "2026-11-22T10:00:00Z")!

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("soon", nil), ("-1", nil), ("1.5", nil), ("0", .zero), ("120", .seconds(120)),
            ("99999999999999999999", .seconds(2_147_483_647)),
            ("Sun, 22 Nov 2026 10:00:30 GMT", .seconds(30)), ("Sunday, 22-Nov-26 10:00:30 GMT", .seconds(30)),
            ("Sun Nov 22 10:00:30 2026", .seconds(30)), ("Sun, 22 Nov 2026 09:00:00 GMT", .zero),
            ("Sun, 32 Nov 2026 10:00:30 GMT", nil), ("Sun, 22 Now 2026 10:00:30 GMT", nil),
        ] as [(String?, Duration?)])
    func readsSecondsAndDates(text: String?, expected: Duration?) {
        let response = HTTPResponse(status: 429, headers: text.map { [HTTPHeader("retry-after", $0)] } ?? [])
        #expect(response.retryAfter(wallTime: wallTime) == expected)
    }

    /// The guides' clock skew: a server that is an hour ahead means its own clock.
    @Test func aDateCountsFromTheAnswersOwnDate() {
        let response = HTTPResponse(
            status: 429,
            headers: [
                HTTPHeader("Date", "Sun, 22 Nov 2026 11:00:00 GMT"),
                HTTPHeader("Retry-After", "Sun, 22 Nov 2026 11:00:05 GMT"),
            ])
        #expect(response.retryAfter(wallTime: wallTime) == .seconds(5))
    }
}
