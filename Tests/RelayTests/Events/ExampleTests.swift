import FoundationEssentials
import JSON
import KafkaClient
import Testing

@testable import Relay

/// The examples in `schemas/` and the code say the same.
@Suite struct ExampleTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "schemas/examples")

    static func lines(_ path: String) throws -> [ArraySlice<UInt8>] {
        try Array(Data(contentsOf: folder.appending(path: path))).split(separator: UInt8(ascii: "\n"))
    }

    static let types = [
        "contact.created", "contact.updated", "contact.upserted", "contact.deleted", "contact.migrated",
        "organization.created", "organization.updated", "organization.upserted", "organization.deleted",
    ]

    @Test(arguments: types) func goodExamplesAreTakenWithTheirKey(_ type: String) throws {
        let lines = try Self.lines("\(type).jsonl")
        #expect(!lines.isEmpty)
        for line in lines {
            let record = try eventCheck.check(line).get()
            let data = try JSONValue(parsing: Array(line))["data"]
            if let externalID = data?["externalId"]?.stringValue { #expect(record.key == Array(externalID.utf8)) }
            #expect(record.key?.isEmpty == false && record.value == Array(line))
            let decoded = EventDecoder().decode(
                KafkaRecord(partition: TopicPartition("t", 0), offset: 0, value: record.value, headers: record.headers))
            let change = try decoded.change()
            #expect("\(change.resourceType).\(change.verb)" == type)
        }
    }

    @Test(arguments: [
        ("purge.requested", "purges"), ("purge.resolved", "purges"), ("record.softDeleted", "states"),
        ("record.restored", "states"),
    ])
    func goodExamplesOfPurgesAndRecordsAreTaken(_ type: String, _ topic: String) throws {
        let lines = try Self.lines("\(type).jsonl")
        #expect(!lines.isEmpty)
        for line in lines {
            let record = try eventCheck.check(line).get()
            let data = try JSONValue(parsing: Array(line))["data"]
            let key: String
            if topic == "purges" {
                key = try #require(data?["requestId"]?.stringValue)
            } else {
                let resourceType = try #require(data?["resourceType"]?.stringValue)
                let id = try #require(data?["id"]?.stringValue)
                key = "\(resourceType)/\(id)"
            }
            #expect(record.topic == topic && record.key == Array(key.utf8))
        }
    }

    @Test func badExamplesAreRejectedForTheirReason() throws {
        let reasons = try JSONValue(
            parsing: Array(Data(contentsOf: Self.folder.appending(path: "invalid/reasons.json"))))
        var count = 0
        for (file, expected) in reasons.members {
            let lines = try Self.lines("invalid/\(file)")
            #expect(lines.count == expected.elements.count)
            for (number, (line, reason)) in zip(lines, expected.elements).enumerated() {
                guard case .failure(let rejection) = eventCheck.check(line) else {
                    Issue.record("\(file):\(number + 1) is taken")
                    continue
                }
                #expect(rejection.reason.code.rawValue == reason["code"]?.stringValue, "\(file):\(number + 1)")
                // Before Swift 6.1 the empty text is in no other.
                let named = reason["message"]?.stringValue ?? "?"
                #expect(
                    named.isEmpty || rejection.reason.message.contains(named), "\(file):\(number + 1)")
                count += 1
            }
        }
        #expect(count > 100)
    }
}
