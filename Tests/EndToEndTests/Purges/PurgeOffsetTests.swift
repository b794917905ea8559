import BrokerSupport
import Foundation
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    /// A purge is under way, and the group's offset of its partition is no more: a broker forgets the offsets of a group
    /// that has been away for a week.
    @Suite struct PurgeOffsetTests {
        /// - Parameter requestsAreGone: Whether the log has lost the requests, too.
        @Test(arguments: Effort.short([true], long: [false, true]))
        func aPurgeUnderWayIsFollowedWithoutItsOffset(requestsAreGone: Bool) async throws {
            let more = ["RELAY_PURGE_POLL_INTERVAL": "1s"]
            try await Scenario.with {
                $0.purgeDuration = .seconds(20)
            } _: { scenario in
                let names = (0..<8).map { "pr-\($0)" }
                let places = try await scenario.produce(names.map { PurgeStory.record(of: $0, in: scenario) })
                try await TopicReader.reading(scenario.purgeOutcomes, in: scenario) { outcomes in
                    try await RelayProcess.running(scenario, more) { relay in
                        try await eventually("all are submitted") {
                            try PurgeOutcomes(outcomes.records).count("submitted") == names.count
                        }
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                    }
                    #expect(try PurgeOutcomes(outcomes.records).count("completed") == 0, "the purges took too little")
                    if requestsAreGone {
                        let admin = try KafkaAdmin(settings: scenario.broker)
                        try await admin.deleteRecords(
                            before: places.reduce(into: [:]) {
                                $0[$1.partition] = max($0[$1.partition] ?? 0, $1.offset + 1)
                            })
                        await admin.close()
                    }
                    // A group that has never committed anything reads as one whose offsets were deleted.
                    let other = more.merging(["RELAY_KAFKA_GROUP_ID": scenario.group + "-other"]) { $1 }
                    try await RelayProcess.running(scenario, other) { relay in
                        try await eventually("all are completed") {
                            try PurgeOutcomes(outcomes.records).count("completed") >= names.count
                        }
                        // Those that come now are taken as ever.
                        let late = try await scenario.produce([PurgeStory.record(of: "late", in: scenario)])
                        try await eventually("the late one is submitted") {
                            try PurgeOutcomes(outcomes.records)[late[0]].contains { $0.status == "submitted" }
                        }
                        relay.signal(SIGTERM)
                        #expect(try await relay.exitCode() == 0, "\(relay.logTail)")
                    }
                    let all = try PurgeOutcomes(await outcomes.allRecords())
                    for place in places {
                        #expect(
                            all[place].map(\.status).filter { $0 != "running" } == [
                                "accepted", "submitted", "completed",
                            ])
                    }
                    #expect(scenario.sandbox.purgeCount == names.count + 1)
                }
            }
        }
    }
}
