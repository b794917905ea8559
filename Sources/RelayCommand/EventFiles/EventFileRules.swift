import Relay
import Seams

/// What checking and producing files of events takes of the settings.
struct EventFileRules: Sendable {
    var routes: EventRoutes
    var purges: PurgeRules

    /// The contract's defaults stand for what is not configurable yet: the topics and the rules of purges. A webhook of
    /// an event's own is on no allowed host then.
    init(_ settings: RelaySettings) {
        routes = EventRoutes(
            contactChanges: settings.topics.contactChanges, purgeRequests: "purge-requests",
            recordStates: "record-states")
        purges = PurgeRules(
            resourceTypes: ["conversation", "user", "skill"], minWindow: .seconds(60),
            webhooks: WebhookPolicy(defaultURL: nil, allowedHosts: []))
    }

    /// The check that these rules make at this time.
    func check(by time: any TimeSource) -> EventCheck {
        EventCheck(routes: routes, purges: purges, at: time.wallTime)
    }
}

extension EventRoutes {
    /// The topics with the settings that name them, in the order in which they are spoken of.
    var settings: [(key: String, topic: String)] {
        [
            ("topics.contactChanges", contactChanges), ("topics.purgeRequests", purgeRequests),
            ("topics.recordStates", recordStates),
        ]
    }
}
