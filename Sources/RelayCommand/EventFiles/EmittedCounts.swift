/// How many events the broker has acknowledged, for each topic.
struct EmittedCounts: Sendable, Equatable {
    private(set) var byTopic: [String: Int] = [:]

    var total: Int { byTopic.values.reduce(0, +) }

    mutating func add(_ topic: String) { byTopic[topic, default: 0] += 1 }
}
