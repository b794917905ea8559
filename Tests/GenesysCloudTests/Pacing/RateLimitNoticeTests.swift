import HTTPClient
import Seams
import Testing

@testable import GenesysCloud

@Suite struct RateLimitNoticeTests {
    private let wallTime = WallTime(milliseconds: 1_790_000_000_000)

    @Test func readsTheFieldsOfGenesysWhichCountPerMinute() {
        #expect(
            notice(["inin-ratelimit-count": "42", "ININ-RateLimit-Allowed": "300", "inin-ratelimit-reset": "17"])
                == RateLimitNotice(limit: 300, used: 42, resetsIn: .seconds(17), window: .seconds(60)))
    }

    @Test func readsTheFieldsOfTheDraft() {
        #expect(
            notice(["RateLimit": #""default";r=50;t=30"#, "RateLimit-Policy": #""default";q=100;w=60"#])
                == RateLimitNotice(limit: 100, used: 50, resetsIn: .seconds(30), window: .seconds(60)))
        #expect(
            notice(["RateLimit": #" "a b;,\"" ; r=0 ; t=0 "#, "RateLimit-Policy": #""a b;,\"";q=7;pk=:YQ==:"#])
                == RateLimitNotice(limit: 7, used: 7, resetsIn: .zero))
    }

    @Test func ofSeveralPoliciesTheTightestCounts() {
        let response = HTTPResponse(
            status: 200,
            headers: [
                HTTPHeader("ratelimit", #""day";r=4000;t=40000, "burst";r=90;t=50"#),
                HTTPHeader("RateLimit-Policy", #""burst";q=100;w=60"#),
                HTTPHeader("RateLimit-Policy", #""day";q=5000;w=86400,"bytes";q=10;qu="content-bytes";w=1"#),
                HTTPHeader("RateLimit", #""bytes";r=0;t=1,"unknown";r=0;t=1,"endless";r=0"#),
            ])
        #expect(
            RateLimitNotice(response, wallTime: wallTime)
                == RateLimitNotice(limit: 5000, used: 1000, resetsIn: .seconds(40_000), window: .seconds(86_400)))
    }

    @Test func readsTheOlderFields() {
        #expect(
            notice(["RateLimit-Limit": "100", "RateLimit-Remaining": "60", "RateLimit-Reset": "9"])
                == RateLimitNotice(limit: 100, used: 40, resetsIn: .seconds(9)))
        #expect(
            notice([
                "RateLimit-Limit": "10, 10;w=1, 50;w=60", "RateLimit-Remaining": "60", "RateLimit-Reset": "1",
            ]) == RateLimitNotice(limit: 10, used: 0, resetsIn: .seconds(1), window: .seconds(1)))
        #expect(
            notice([
                "RateLimit-Limit": "100", "RateLimit-Policy": "10;w=1, 100;w=60", "RateLimit-Remaining": "0",
                "RateLimit-Reset": "0",
            ]) == RateLimitNotice(limit: 100, used: 100, resetsIn: .zero, window: .seconds(60)))
    }

    @Test func readsAResetThatIsATimeOfTheEpochByTheServersClock() {
        let fields = ["X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1790000030"]
        #expect(notice(fields) == RateLimitNotice(limit: 100, used: 99, resetsIn: .seconds(30)))
        let date = ["Date": "Mon, 21 Sep 2026 14:13:30 GMT"]
        #expect(notice(fields.merging(date) { $1 })?.resetsIn == .seconds(20))
        #expect(
            notice(["X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1689999999"]) == nil)
    }

    @Test(
        arguments: [
            [:], ["inin-ratelimit-count": "42", "inin-ratelimit-allowed": "300"],
            ["inin-ratelimit-count": "-1", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "1"],
            ["inin-ratelimit-count": "1", "inin-ratelimit-allowed": "0", "inin-ratelimit-reset": "1"],
            ["inin-ratelimit-count": "1", "inin-ratelimit-allowed": "1e3", "inin-ratelimit-reset": "1"],
            ["inin-ratelimit-count": "1", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "86401"],
            [
                "inin-ratelimit-count": "1", "inin-ratelimit-allowed": "99999999999999999999",
                "inin-ratelimit-reset": "1",
            ],
            ["inin-ratelimit-count": "", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "1"],
            ["inin-ratelimit-count": "٣", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "1"],
            ["RateLimit": #""default";r=50;t=30"#], ["RateLimit-Policy": #""default";q=100;w=60"#],
            ["RateLimit": #""default";r=50;t=30"#, "RateLimit-Policy": #""other";q=100;w=60"#],
            ["RateLimit": #""default";r=50;t=30"#, "RateLimit-Policy": #""default";w=60"#],
            ["RateLimit": #""default;r=50;t=30"#, "RateLimit-Policy": #""default;q=100;w=60"#],
            ["RateLimit": #""default";r=-5;t=30"#, "RateLimit-Policy": #""default";q=100"#],
            ["RateLimit": #""default";r=5;t=3.5"#, "RateLimit-Policy": #""default";q=100"#],
            ["RateLimit": ",,;=;", "RateLimit-Policy": ";;,"], ["RateLimit": "", "RateLimit-Policy": ""],
            ["RateLimit": "\"", "RateLimit-Policy": "\""], ["RateLimit": "\"\\", "RateLimit-Policy": "\"\\"],
            ["RateLimit-Limit": "100", "RateLimit-Remaining": "60", "RateLimit-Reset": "99999999999999999999"],
            ["RateLimit-Limit": "100", "RateLimit-Remaining": "60", "RateLimit-Reset": "9999999999"],
            ["RateLimit-Limit": "", "RateLimit-Remaining": "60", "RateLimit-Reset": "9"],
        ] as [[String: String]])
    func whatCannotBeReadSaysNothing(fields: [String: String]) {
        #expect(notice(fields) == nil)
    }

    private func notice(_ fields: [String: String]) -> RateLimitNotice? {
        RateLimitNotice(
            HTTPResponse(status: 200, headers: fields.map { HTTPHeader($0.key, $0.value) }), wallTime: wallTime)
    }
}
