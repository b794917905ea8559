import JSON

/// How many purges are taken before no more are.
struct PurgeQuota: Sendable {
    let limit: Int
    private(set) var taken = 0

    init(limit: Int) {
        self.limit = limit
    }

    var remaining: Int { limit - taken }

    mutating func take() {
        taken += 1
    }

    var document: JSONValue {
        .object([("quotaRemaining", .number(remaining)), ("quotaLimit", .number(limit))])
    }
}
