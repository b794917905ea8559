import GenesysCloud
import JSON
import Testing

@testable import Relay

/// Every pair and triple of changes, applied as neighbours and one by one: the same end, the same outcomes.
@Suite(.timeLimit(.minutes(2))) struct FoldTableTests {
    /// A change before it has its place and its sequence.
    struct Shape: Sendable {
        var verb: ChangeVerb
        var patch: String?
        var organization: ResourceChange.OrganizationReference? = .externalID("acme")
    }

    static let contactShapes = [
        Shape(verb: .created, patch: #"{"firstName":"Bea"}"#),
        Shape(verb: .upserted, patch: #"{"firstName":"Ada","metadata":{"tier":"gold"}}"#),
        Shape(verb: .upserted, patch: #"{"lastName":"M"}"#, organization: nil),
        Shape(verb: .updated, patch: #"{"firstName":"Cy","lastName":null}"#),
        Shape(verb: .updated, patch: #"{"firstName":"Ada","lastName":"L"}"#),
        Shape(verb: .updated, patch: #"{"metadata":null}"#),
        Shape(verb: .deleted),
    ]
    static let organizationShapes = [
        Shape(verb: .created, patch: #"{"name":"B"}"#), Shape(verb: .upserted, patch: #"{"name":"A"}"#),
        Shape(verb: .updated, patch: #"{"metadata":{"a":1}}"#), Shape(verb: .updated, patch: #"{"metadata":null}"#),
        Shape(verb: .deleted),
    ]
    /// Sequences of the three; the resource, where it is there, holds "5".
    static let sequences: [[String?]] = [
        [nil, nil, nil], ["6", "7", "8"], ["7", "6", nil], ["4", "7", "6"], [nil, "7", "3"], ["6", "6", "6"],
    ]

    static let tripleSequences: [[String?]] = [[nil, nil, nil], ["7", "6", nil], ["4", "7", "6"]]

    @Test(arguments: [false, true]) func pairsAndTriplesOfContactsEndAsIfAppliedOneByOne(isThere: Bool) async {
        var directory = InMemoryDirectory.standard
        if isThere {
            directory.put(
                .contact, "c-x",
                #"""
                {"externalId":"x","organizationId":"org-1","firstName":"Ada","lastName":"L","custom":1.50,
                 "metadata":{"contactRelay":{"sequences":{"/crm":"5"}}}}
                """#)
        }
        for sequence in Self.sequences {
            await compareAll(Self.contactShapes, sequence, on: directory) { shape, sequence, event in
                contact(shape.verb, shape.patch, in: shape.organization, sequence: sequence, event: event)
            }
        }
    }

    @Test(arguments: [false, true]) func pairsAndTriplesOfOrganizationsEndAsIfAppliedOneByOne(isThere: Bool) async {
        var directory = InMemoryDirectory()
        if isThere {
            directory.put(
                .organization, "org-1",
                #"{"externalId":"acme","name":"A","metadata":{"contactRelay":{"sequences":{"/crm":"5"}}}}"#)
        }
        for sequence in Self.sequences {
            await compareAll(Self.organizationShapes, sequence, on: directory) { shape, sequence, event in
                organization(shape.verb, shape.patch, sequence: sequence, event: event)
            }
        }
    }

    private func compareAll(
        _ shapes: [Shape], _ sequences: [String?], on directory: InMemoryDirectory,
        _ make: (Shape, String?, String) -> PendingChange
    ) async {
        for first in shapes {
            for second in shapes {
                let pair = [make(first, sequences[0], "e0"), make(second, sequences[1], "e1")]
                await compare(pair, probe: make(shapes[0], "4", "probe"), on: directory)
                // Three sequences that differ in kind are enough for the triples; the pairs meet all of them.
                guard Self.tripleSequences.contains(sequences) else { continue }
                for third in shapes {
                    await compare(
                        pair + [make(third, sequences[2], "e2")], probe: make(shapes[0], "4", "probe"), on: directory)
                }
            }
        }
    }

    /// `probe` shows whether both ways know the same marks in the end.
    private func compare(_ changes: [PendingChange], probe: PendingChange, on directory: InMemoryDirectory) async {
        let oneByOne = ApplierBench(directory)
        let folded = ApplierBench(directory)
        let expected = await oneByOne.applyOneByOne(changes)
        var settled: [AppliedChange] = []
        while settled.count < changes.count {
            folded.api.clearLog()
            let result = await folded.applier.apply(Array(changes[settled.count...]))
            let places = settled.count..<(settled.count + result.settled.count)
            #expect(!places.isEmpty, "nothing was settled: \(words(changes))")
            if places.isEmpty { return }
            let writes = folded.api.writes.count
            #expect(writes <= 1, "\(writes) writes for one fold: \(words(changes))")
            check(result.settled, events: places.map { changes[$0].eventID }, words(changes))
            #expect(result.requests == folded.api.log.count, "\(words(changes))")
            settled += result.settled
        }
        #expect(settled.map(\.word) == expected.map(\.word), "\(words(changes))")
        expectSame(folded, oneByOne, words(changes))
        let probes = (await folded.apply(probe).words, await oneByOne.apply(probe).words)
        #expect(probes.0 == probes.1, "after \(words(changes))")
        expectSame(folded, oneByOne, words(changes) + " and a probe")
    }

    /// Only applied changes are carried, only by a later applied one, and what is carried costs nothing.
    private func check(_ settled: [AppliedChange], events: [String], _ words: String) {
        let carrier = settled.lastIndex { if case .applied = $0.status { true } else { false } }
        for (index, change) in settled.enumerated() {
            if case .applied = change.status, let carrier, index < carrier {
                #expect(change.coalescedInto == events[carrier], "\(words)")
                #expect(change.tally.requests == 0, "\(words)")
            } else {
                #expect(change.coalescedInto == nil, "\(words)")
            }
        }
    }

    private func expectSame(_ left: ApplierBench, _ right: ApplierBench, _ words: String) {
        for type in ResourceType.allCases {
            let pair = [left, right].map { bench in
                bench.api.directory.all(type).values.sorted {
                    ($0["externalId"]?.text ?? "") < ($1["externalId"]?.text ?? "")
                }
            }
            let isSame =
                pair[0].count == pair[1].count
                && zip(pair[0], pair[1]).allSatisfy { $0.content.isEquivalent(to: $1.content) }
            #expect(isSame, "\(words): \(pair[0].map(\.text)) instead of \(pair[1].map(\.text))")
        }
    }

    private func words(_ changes: [PendingChange]) -> String {
        changes.map { "\($0.change.verb) \($0.change.patch?.text ?? "") #\($0.sequence ?? "-")" }.joined(
            separator: ", ")
    }
}
