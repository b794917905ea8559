import HTTPClient
import Seams

/// What an answer says of the API's rate limit.
///
/// Read are, the first that is whole:
/// * `inin-ratelimit-allowed`, `-count` (requests so far) and `-reset` (seconds left) of Genesys Cloud, per minute;
/// * `RateLimit` with `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10: `"default";r=50;t=30` and
///   `"default";q=100;w=60`; of several policies the one that leaves the least per second;
/// * `RateLimit-Limit`, `-Remaining` and `-Reset` of that draft up to its version 06, or the same with `X-` before it,
///   whose reset may also be a time of the epoch.
///
/// A field that cannot be read, or says what no API would, says nothing.
struct RateLimitNotice: Sendable, Equatable {
    /// How many requests the window allows; at least 1.
    var limit: Int
    /// How many of them are used, by whomever; may exceed the limit where refused ones count.
    var used: Int
    /// The time until the window's end, as a rule in whole seconds, rounded in whatever direction.
    var resetsIn: Duration
    /// The window's whole length; nil where the answer does not say.
    var window: Duration?

    init(limit: Int, used: Int, resetsIn: Duration, window: Duration? = nil) {
        self.limit = limit
        self.used = used
        self.resetsIn = resetsIn
        self.window = window
    }

    init?(_ response: HTTPResponse, wallTime: WallTime) {
        let notice =
            Self.genesys(response) ?? Self.policies(response)
            ?? Self.threeFields(response, prefix: "RateLimit", wallTime)
            ?? Self.threeFields(response, prefix: "X-RateLimit", wallTime)
        guard let notice else { return nil }
        self = notice
    }

    private static let longestWindow = 86_400

    private static func genesys(_ response: HTTPResponse) -> RateLimitNotice? {
        guard let allowed = response[header: "inin-ratelimit-allowed"], let limit = limit(allowed),
            let used = response[header: "inin-ratelimit-count"].flatMap(count),
            let left = response[header: "inin-ratelimit-reset"].flatMap(seconds)
        else { return nil }
        return RateLimitNotice(limit: limit, used: used, resetsIn: left, window: .seconds(60))
    }

    private static func policies(_ response: HTTPResponse) -> RateLimitNotice? {
        guard response[header: "RateLimit"] != nil, response[header: "RateLimit-Policy"] != nil,
            let states = ParameterizedList(fields: "ratelimit", of: response),
            let policies = ParameterizedList(fields: "ratelimit-policy", of: response)
        else { return nil }
        let notices = states.items.compactMap { state -> RateLimitNotice? in
            guard let policy = policies.items.first(where: { $0.value == state.value }),
                // Bytes or calls at a time are no requests.
                policy["qu"] ?? "requests" == "requests",
                let limit = policy["q"].flatMap(limit), let remaining = state["r"].flatMap(count),
                let left = state["t"].flatMap(seconds)
            else { return nil }
            return RateLimitNotice(
                limit: limit, used: max(0, limit - remaining), resetsIn: left,
                window: policy["w"].flatMap(seconds).flatMap { $0 > .zero ? $0 : nil })
        }
        return notices.min { $0.leftPerSecond < $1.leftPerSecond }
    }

    private static func threeFields(
        _ response: HTTPResponse, prefix: String, _ wallTime: WallTime
    ) -> RateLimitNotice? {
        // The limit may be followed by the policies that it is of: `100, 100;w=60`.
        guard let first = response[header: prefix + "-Limit"], let list = ParameterizedList(first),
            let limit = list.items.first.flatMap({ limit($0.value) }),
            let remaining = response[header: prefix + "-Remaining"].flatMap(count),
            let reset = response[header: prefix + "-Reset"],
            let left = seconds(reset) ?? timeUntil(epoch: reset, response, wallTime)
        else { return nil }
        let policies =
            list.items + (ParameterizedList(fields: "\(prefix)-Policy".lowercased(), of: response)?.items ?? [])
        let window = policies.first { $0.value == list.items[0].value && $0["w"] != nil }?["w"].flatMap(seconds)
        return RateLimitNotice(
            limit: limit, used: max(0, limit - remaining), resetsIn: left,
            window: window.flatMap { $0 > .zero ? $0 : nil })
    }

    private var leftPerSecond: Double {
        Double(max(0, limit - used)) / max(resetsIn.inSeconds, 1)
    }

    /// Digits alone, up to a thousand million.
    private static func count(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(text), number <= 1_000_000_000
        else { return nil }
        return number
    }

    private static func limit(_ text: String) -> Int? {
        count(text).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Up to a day.
    private static func seconds(_ text: String) -> Duration? {
        count(text).flatMap { $0 <= longestWindow ? .seconds($0) : nil }
    }

    /// By the server's own clock where the answer shows it.
    private static func timeUntil(epoch text: String, _ response: HTTPResponse, _ wallTime: WallTime) -> Duration? {
        guard text.utf8.count == 10, text.utf8.allSatisfy({ (48...57).contains($0) }), let end = Int64(text) else {
            return nil
        }
        let now = response[header: "Date"].flatMap(WallTime.init(httpDate:)) ?? wallTime
        let left = Duration.milliseconds(end * 1000 - now.milliseconds)
        return left >= .zero && left <= .seconds(longestWindow) ? left : nil
    }
}
