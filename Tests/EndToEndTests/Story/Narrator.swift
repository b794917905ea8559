import KafkaClient

/// Tells a story little by little, into its topic.
struct Narrator {
    private(set) var story: Story
    private(set) var produced: [ProducedRecord] = []
    private let scenario: Scenario

    init(_ story: Story, in scenario: Scenario) {
        self.story = story
        self.scenario = scenario
    }

    /// The next `count` events.
    mutating func tell(_ count: Int) async throws {
        let told = story.events.count
        story.tell(count)
        produced += try await scenario.produce(story.events[told...].map(\.record))
    }

    /// `rate` events a second, evenly, for about `duration`, with `meanwhile` in between.
    mutating func tell(
        _ rate: Int, aSecondFor duration: Duration, meanwhile: () async throws -> Void = {}
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + duration
        var next = clock.now
        while clock.now < end {
            try await tell(max(1, rate / 5))
            try await meanwhile()
            next = max(clock.now, next + .milliseconds(200))
            try await clock.sleep(until: next)
        }
    }

    var verdict: Verdict { Verdict(story, produced, scenario) }
}
