import GenesysCloud
import JSON
import KafkaClient
import Observability
import Seams
import TestSupport

@testable import Relay

/// An applier on an API in memory, and what a lane does with it.
struct ApplierBench {
    static let partition = TopicPartition("contact-changes", 3)

    let api: InMemoryGenesys
    let time = ManualTime()
    private(set) var applier: ResourceApplier
    private(set) var deletions: DeletionMemory
    /// The topic of deletions: what was committed of it.
    private(set) var deletionLog: [KafkaRecord] = []
    private let keepsMarks: Bool
    private let contactTTL: Duration

    init(_ directory: InMemoryDirectory = .standard, keepsMarks: Bool = true, contactTTL: Duration = .zero) {
        api = InMemoryGenesys(directory)
        self.keepsMarks = keepsMarks
        self.contactTTL = contactTTL
        deletions = DeletionMemory(time: time, logger: .disabled)
        deletions.begin(Self.partition)
        applier = ResourceApplier(
            api: api, keepsMarks: keepsMarks, deletions: deletions, contactTTL: contactTTL, time: time,
            random: SeededRandom(seed: 1))
    }

    /// A new process: nothing is remembered but what was committed.
    mutating func restart() {
        api.inject(nil)
        deletions = DeletionMemory(time: time, logger: .disabled)
        handOver()
        applier = ResourceApplier(
            api: api, keepsMarks: keepsMarks, deletions: deletions, contactTTL: contactTTL, time: time,
            random: SeededRandom(seed: 1))
    }

    /// The partition goes and comes back.
    func handOver() {
        deletions.drop(Self.partition)
        deletions.begin(Self.partition)
        deletions.restore(deletionLog, to: Self.partition)
    }

    /// The outcomes are committed, and what is to be remembered with them.
    mutating func commit(_ settled: [AppliedChange]) {
        for deletion in settled.compactMap(\.deletion) {
            append(deletion.record(topic: deletions.topic, partition: Self.partition.partition))
        }
    }

    mutating func append(_ record: ProducerRecord) {
        deletionLog.append(
            KafkaRecord(
                partition: TopicPartition(record.topic, record.partition ?? -1), offset: Int64(deletionLog.count),
                key: record.key, value: record.value))
    }

    /// Of each key only the last record is left.
    mutating func compact() {
        var last: [[UInt8]: Int64] = [:]
        for record in deletionLog { last[record.key ?? []] = record.offset }
        deletionLog.removeAll { last[$0.key ?? []] != $0.offset }
    }

    /// Offers the changes until all are settled; stops where one is interrupted.
    func apply(_ changes: PendingChange...) async -> ApplyResult { await apply(changes) }

    func apply(_ changes: [PendingChange]) async -> ApplyResult {
        var all = ApplyResult(settled: [])
        while all.settled.count < changes.count {
            let result = await applier.apply(Array(changes[all.settled.count...]))
            all.settled += result.settled
            if result.interruption != nil {
                all.interruption = result.interruption
                all.interruptedTally = result.interruptedTally
                return all
            }
        }
        return all
    }

    /// Applies one after another, never two at once.
    func applyOneByOne(_ changes: [PendingChange]) async -> [AppliedChange] {
        var settled: [AppliedChange] = []
        for change in changes { settled += await applier.apply([change]).settled }
        return settled
    }

    func contact(_ externalID: String = "x") -> JSONValue? { api.directory.find(.contact, externalID: externalID) }
}

extension InMemoryDirectory {
    /// Two organizations, `acme` and `other`.
    static var standard: InMemoryDirectory {
        var directory = InMemoryDirectory()
        directory.put(.organization, "org-1", #"{"externalId":"acme","name":"Acme"}"#)
        directory.put(.organization, "org-2", #"{"externalId":"other","name":"Other"}"#)
        return directory
    }

    /// The same with the contact `x`, whose Genesys id is `c-x`, in `acme`.
    static func withContact(_ members: String = #""firstName":"Ada","lastName":"L""#) -> InMemoryDirectory {
        var directory = standard
        directory.put(.contact, "c-x", #"{"externalId":"x","organizationId":"org-1",\#(members)}"#)
        return directory
    }
}

/// A change of a contact: by external id `x` in organization `acme`, but for what is given.
func contact(
    _ verb: ChangeVerb, _ patch: String? = nil, externalID: String? = "x", id: String? = nil,
    in organization: ResourceChange.OrganizationReference? = .externalID("acme"), sequence: String? = nil,
    source: String = "/crm", event: String = "e", key: String? = nil, attempts: Int = 0
) -> PendingChange {
    PendingChange(
        ResourceChange(
            resourceType: .contact, verb: verb, externalID: externalID, id: id, organization: organization,
            patch: parsed(patch, verb)),
        eventID: event, source: source, eventType: "contact.\(verb)", sequence: sequence,
        partition: ApplierBench.partition, recordKey: key, earlierAttempts: attempts)
}

/// A change of an organization: by external id `acme`, but for what is given.
func organization(
    _ verb: ChangeVerb, _ patch: String? = nil, externalID: String? = "acme", id: String? = nil,
    sequence: String? = nil, source: String = "/crm", event: String = "e"
) -> PendingChange {
    PendingChange(
        ResourceChange(
            resourceType: .organization, verb: verb, externalID: externalID, id: id, patch: parsed(patch, verb)),
        eventID: event, source: source, eventType: "organization.\(verb)", sequence: sequence,
        partition: ApplierBench.partition, recordKey: nil)
}

private func parsed(_ patch: String?, _ verb: ChangeVerb) -> JSONValue? {
    guard verb != .deleted, verb != .migrated else { return nil }
    guard let json = try? JSONValue(parsing: patch ?? "{}") else { preconditionFailure("a test's JSON is broken") }
    return json
}

extension ApplyResult {
    /// Each status in a word: `updated`, `unchanged`, `rejected notFound`, …
    var words: [String] { settled.map(\.word) }

    var requests: Int { settled.reduce(interruptedTally.requests) { $0 + $1.tally.requests } }

    /// Why it was interrupted, in a word.
    var interruptionWord: String? {
        switch interruption {
        case .fault(let error):
            switch error.nature {
            case .setUp, .deferral: "outage"
            case .failure, nil: "retry \(Reason(error).code)"
            }
        case .wait(_, let organization): "wait \(organization)"
        case .cancelled: "cancelled"
        case nil: nil
        }
    }
}

extension AppliedChange {
    var word: String {
        switch status {
        case .applied(let action): action.rawValue
        case .unchanged, .superseded: status.name
        case .rejected(let reason), .failed(let reason): "\(status.name) \(reason.code)"
        }
    }
}
