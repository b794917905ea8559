import JSON
import Testing

@testable import Relay

/// The examples of jobs in `schemas/` and the ledger's reader say the same.
@Suite struct PurgeJobExampleTests {
    @Test func goodExamplesAreReadAndWrittenAsTheyAre() throws {
        let lines = try ExampleTests.lines("purge-jobs/valid.jsonl")
        let phases = try lines.map { try #require(PurgeJob(ledgerValue: Array($0))).phase }
        #expect(Set(phases).count == 5)
        for line in lines {
            let job = try #require(PurgeJob(ledgerValue: Array(line)))
            #expect(try JSONValue(parsing: job.ledgerValue).isEquivalent(to: JSONValue(parsing: Array(line))))
        }
    }
}
