import Foundation
import JSON
import KafkaClient
import Sandbox
import Testing

extension EndToEnd {
    /// A worker is killed in the middle of a move; the next one ends what it began.
    @Suite struct MigrationKillTests {
        @Test(arguments: MigrationStep.all)
        func aMoveWhoseWorkerIsKilledEndsWithOneContact(_ step: MigrationStep) async throws {
            try await Scenario.with(faults: SandboxFaults()) { scenario in
                try await TopicReader.reading(scenario.outcomes, in: scenario) { outcomes in
                    let move = try await RelayProcess.running(scenario, Self.member) { relay in
                        // librdkafka (seen with 2.0.2; its issue 5040) crashes where the offsets of a group are asked for
                        // before its coordinator is there, as on a fresh broker.
                        try await relay.joined(Int(scenario.partitions))
                        let move = try await MigrationMove.begin(in: scenario, stoppedAt: step)
                        relay.signal(SIGKILL)
                        return move
                    }
                    #expect(scenario.sandbox.contacts.count == step.contactsAtKill(of: move.moves.count))
                    scenario.sandbox.faults = SandboxFaults()
                    try await RelayProcess.running(scenario, Self.member) { relay in
                        try await eventually("everything is committed") { try await move.isCommitted() }
                        let records = try await outcomes.allRecords()
                        #expect(move.wrongState() == [], "\(relay.logTail)")
                        #expect(try move.wrongOutcomes(records, after: step) == [], "\(relay.logTail)")
                    }
                }
            }
        }

        /// A static member: who comes back under its name has its partitions at once.
        private static let member = ["RELAY_KAFKA_GROUP_INSTANCE_ID": "worker-0"]
    }
}
