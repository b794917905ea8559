import Relay
import Seams

/// What checking and producing files of events takes of the settings.
struct EventFileRules: Sendable {
    var routes: EventRoutes
    var purges: PurgeRules

    init(_ settings: RelaySettings) {
        routes = EventRoutes(
            contactChanges: settings.topics.contactChanges, purgeRequests: settings.topics.purgeRequests,
            recordStates: settings.topics.recordStates)
        purges = PurgeRules(settings.purge)
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
