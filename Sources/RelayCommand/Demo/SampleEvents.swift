import CommandLineParsing
import Configuration
import Glibc
import JSON
import KafkaClient
import Relay

/// The demo's events: the samples of `schemas/examples`, varied so that thousands of them tell many small stories.
///
/// Most contacts occur several times, so there are creations, updates and events that change nothing; some events are
/// broken, as they are in life.
struct SampleEvents: Sendable {
    private let organizations: [JSONValue]
    private let contacts: [JSONValue]
    private let topic: String
    private let check: EventCheck

    /// One in so many events is broken.
    private static let brokenShare = 200

    /// Reads the samples.
    ///
    /// - Throws: `CommandFailure` (69) when they cannot be read.
    init(directory: String, check: EventCheck, files: any FileSource) throws(CommandFailure) {
        func samples(_ name: String) throws(CommandFailure) -> [JSONValue] {
            let path = "\(directory)/\(name)"
            do {
                let lines = try files.contents(of: path, atMost: 16 << 20).split(separator: UInt8(ascii: "\n"))
                return try lines.map { try JSONValue(parsing: Array($0)) }
            } catch {
                throw CommandFailure(
                    exitCode: .unavailable, message: "the sample events cannot be read: \(path): \(error)")
            }
        }
        organizations = try samples("organization.upserted.jsonl")
        contacts = try samples("contact.upserted.jsonl")
        topic = check.routes.contactChanges
        self.check = check
    }

    /// The folder of the samples: `schemas/examples` in the working directory or above it, or above the program.
    static func directory() -> String? {
        let program = realPath("/proc/self/exe")
        for start in [realPath("."), program].compactMap({ $0 }) {
            var folder = start[...]
            while let slash = folder.lastIndex(of: "/") {
                let candidate = "\(folder)/schemas/examples"
                if access(candidate + "/contact.upserted.jsonl", R_OK) == 0 { return candidate }
                folder = folder[..<slash]
            }
        }
        return nil
    }

    /// The records of a whole demo, in the order in which they are fed: `count` events.
    func records(_ count: Int) -> [ProducerRecord] {
        let organizationCount = min(max(count / 100, 1), 200)
        let contactCount = max((count - organizationCount) / 3, 1)
        return (0..<count).map { index in
            if index < organizationCount { return organization(index) }
            if index % Self.brokenShare == Self.brokenShare - 1 { return broken(index) }
            return contact(index, number: (index &* 7919) % contactCount, organizationCount: organizationCount)
        }
    }

    private func organization(_ index: Int) -> ProducerRecord {
        var event = organizations[index % organizations.count]
        let externalID = "demo-organization-\(index)"
        var data = event["data"] ?? .object([])
        data.set("externalId", to: .string(externalID))
        event.set("data", to: data)
        return record(event, index: index, externalID: externalID)
    }

    private func contact(_ index: Int, number: Int, organizationCount: Int) -> ProducerRecord {
        // The same contact gets another sample each time it comes round, now and then the same one again.
        var event = contacts[(number + index / 1000) % contacts.count]
        let externalID = "demo-contact-\(number)"
        var data = event["data"] ?? .object([])
        data.set("externalId", to: .string(externalID))
        if data["organization"] != nil {
            let organization = "demo-organization-\(number % organizationCount)"
            data.set("organization", to: .object([("externalId", .string(organization))]))
        }
        if var contact = data["contact"], contact["externalId"] != nil {
            contact.set("externalId", to: .string(externalID))
            data.set("contact", to: contact)
        }
        event.set("data", to: data)
        return record(event, index: index, externalID: externalID)
    }

    private func record(_ event: JSONValue, index: Int, externalID: String) -> ProducerRecord {
        var event = event
        event.set("id", to: .string("demo-\(index)"))
        event.set("subject", to: .string(externalID))
        // What the samples carry of a sequence belongs to other contacts.
        event.remove("sequence")
        let bytes = event.bytes
        if case .success(let record) = check.check(bytes) { return record }
        return ProducerRecord(topic: topic, key: Array(externalID.utf8), value: bytes)
    }

    private func broken(_ index: Int) -> ProducerRecord {
        ProducerRecord(
            topic: topic, key: Array("demo-broken-\(index)".utf8), value: Array(#"{"specversion":"1.0","id":"#.utf8))
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
