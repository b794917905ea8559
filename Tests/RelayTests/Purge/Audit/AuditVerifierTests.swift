import Testing

@testable import Relay

@Suite struct AuditVerifierTests {
    private let chain = auditChain(10)

    private func fault(_ kind: AuditFault.Kind, _ offset: Int64, _ sequence: Int64?) -> AuditFault {
        AuditFault(kind, offset: offset, sequence: sequence)
    }

    @Test func aWholeChainIsIntact() {
        let findings = auditFindings(chain)
        #expect(findings.isIntact && findings.notes.isEmpty)
        #expect(findings.count == 10 && findings.firstSequence == 1)
        #expect(findings.head == auditHead(chain[9]))
    }

    @Test func noRecordsAreNoFault() {
        let findings = auditFindings([])
        #expect(findings.isIntact && findings.head == nil && findings.notes.isEmpty)
    }

    @Test func aChangedByteAtAnyPlaceIsFoundAndOnlyThere() {
        for place in [0, 4, 9] {
            for byte in chain[place].indices {
                var records = chain
                records[place][byte] ^= 1
                let findings = auditFindings(records)
                #expect(findings.faults.map(\.offset) == [Int64(place)], "byte \(byte) of record \(place)")
            }
        }
    }

    @Test func aRecordThatWasCutOrGotMoreIsFound() {
        var records = chain
        records[2].removeLast()
        records[5].append(UInt8(ascii: " "))
        records[7] = []
        #expect(auditFindings(records).faults.map(\.offset) == [2, 5, 7])
    }

    @Test func aTombstoneIsNoRecord() {
        var records: [[UInt8]?] = chain
        records[3] = nil
        #expect(auditFindings(records).faults == [fault(.unreadable("it has no value"), 3, nil)])
    }

    @Test func aRecordTakenOutIsNamed() {
        for place in 1..<9 {
            var records = chain
            records.remove(at: place)
            let sequence = Int64(place + 1)
            #expect(
                auditFindings(records).faults
                    == [fault(.missing(count: 1, among: [sequence...sequence]), Int64(place), sequence + 1)])
        }
    }

    @Test func severalTakenOutAreNamed() {
        let records = Array(chain[..<2] + chain[5..<7] + chain[8...])
        #expect(
            auditFindings(records).faults == [
                fault(.missing(count: 3, among: [3...5]), 2, 6), fault(.missing(count: 1, among: [8...8]), 4, 9),
            ])
    }

    @Test func aBeginningThatIsGoneIsOnlyNoted() {
        let findings = auditFindings(Array(chain[4...]))
        #expect(findings.isIntact)
        #expect(findings.notes == [.beginsLater(sequence: 5)])
        #expect(findings.firstSequence == 5)
    }

    @Test func twoThatWereSwappedAreOneFault() {
        for place in 0..<9 {
            var records = chain
            records.swapAt(place, place + 1)
            let findings = auditFindings(records)
            #expect(findings.faults.count == 1, "at \(place)")
            #expect(findings.faults.first.map { [.outOfOrder, .stray].contains($0.kind) } == true, "at \(place)")
            #expect(findings.count == 10)
        }
    }

    @Test func oneThatWasMovedFarIsNamed() {
        var records = chain
        records.insert(records.remove(at: 2), at: 7)
        #expect(auditFindings(records).faults == [fault(.outOfOrder, 7, 3)])
        records = chain
        records.insert(records.remove(at: 7), at: 2)
        #expect(auditFindings(records).faults == [fault(.outOfOrder, 2, 8)])
    }

    @Test func oneThatIsThereTwiceIsNamed() {
        for place in chain.indices {
            var records = chain
            records.insert(chain[place], at: place + 1)
            #expect(auditFindings(records).faults == [fault(.repeated, Int64(place + 1), Int64(place + 1))])
        }
        #expect(auditFindings(chain + [chain[3]]).faults == [fault(.repeated, 10, 4)])
    }

    @Test func aRecordThatWasReplacedByOneWithARightHashIsFound() {
        var records = chain
        records[4] = AuditChain.seal(.test("forged"), after: auditHead(chain[3])).value
        #expect(auditFindings(records).faults == [fault(.wrongLink, 5, 6)])
    }

    @Test func aForgeryThatDoesNotKnowTheChainIsFoundAtTheEnd() {
        let forged = AuditChain.seal(
            .test("forged"), after: AuditHead(sequence: 10, hash: String(repeating: "a", count: 64))
        ).value
        #expect(auditFindings(chain + [forged]).faults == [fault(.wrongLink, 10, 11)])
        let far = AuditChain.seal(
            .test("forged"), after: AuditHead(sequence: 1000, hash: String(repeating: "a", count: 64))
        ).value
        #expect(auditFindings(chain + [far]).faults == [fault(.missing(count: 990, among: [11...1000]), 10, 1001)])
    }

    @Test func recordsThatWerePutInMakeNoFaultsOfWhatFollows() {
        let forged = auditChain(3, after: AuditHead(sequence: 999, hash: String(repeating: "a", count: 64)))
        let records = Array(chain[..<4]) + forged + Array(chain[4...])
        #expect(
            auditFindings(records).faults
                == [fault(.stray, 4, 1000), fault(.stray, 5, 1001), fault(.stray, 6, 1002)])
    }

    @Test func aForkIsFoundWhenTheOwnerGoesOn() {
        let forged = AuditChain.seal(.test("forged"), after: auditHead(chain[4])).value
        let records = chain[..<5] + [forged] + chain[5...]
        #expect(auditFindings(Array(records)).faults == [fault(.repeated, 6, 6)])
    }

    @Test func missingOnesAreCountedBesideChangedOnes() {
        var records = chain
        records[6][20] ^= 1
        records.remove(at: 5)
        #expect(
            auditFindings(records).faults
                == [fault(.changed, 5, 7), fault(.missing(count: 1, among: [6...6]), 6, 8)])
    }

    // MARK: Files

    @Test func aTornLineThatTheChainGoesOnWithoutIsOnlyNoted() {
        let torn = Array(chain[5][..<40])
        let records = chain[..<5] + [torn] + chain[5...]
        let findings = auditFindings(Array(records), isFile: true)
        #expect(findings.isIntact)
        #expect(findings.notes == [.tornLine(5)])
        #expect(!auditFindings(Array(records)).isIntact, "a topic has no torn records")
    }

    @Test func aRecordCutToATornLineIsAFault() {
        var records = chain
        records[5] = Array(records[5][..<40])
        #expect(auditFindings(records, isFile: true).faults.map(\.offset) == [5])
    }

    // MARK: The ledger

    @Test func theLedgerKnowsTheEnd() {
        let end = auditHead(chain[9])
        #expect(auditFindings(chain, before: end, ledger: .init(head: end)).isIntact)
        #expect(auditFindings(chain, before: auditHead(chain[6]), ledger: .init(head: end)).isIntact)
        #expect(auditFindings(chain, before: nil, ledger: .init(head: end)).isIntact)
    }

    @Test func recordsWrittenAfterTheReadingAreNoFault() {
        let end = auditHead(chain[9])
        #expect(auditFindings(Array(chain[..<7]), before: auditHead(chain[5]), ledger: .init(head: end)).isIntact)
    }

    @Test func anEndThatWasCutOffIsFoundByTheLedger() {
        let end = auditHead(chain[9])
        #expect(
            auditFindings(Array(chain[..<7]), before: end, ledger: .init(head: end)).faults
                == [fault(.endIsMissing(end), 6, 7)])
    }

    @Test func anAppendedForgeryIsFoundByTheLedger() {
        let end = auditHead(chain[9])
        let forged = AuditChain.seal(.test("forged"), after: end).value
        #expect(auditFindings(chain + [forged]).isIntact, "the chain alone cannot know")
        #expect(
            auditFindings(chain + [forged], before: end, ledger: .init(head: end)).faults
                == [fault(.goesBeyondLedger(end), 10, 11)])
        #expect(
            auditFindings(chain, ledger: .init(head: nil)).faults == [fault(.goesBeyondLedger(nil), 9, 10)])
    }

    @Test func aChainThatWasWrittenAnewIsFoundByTheLedger() {
        let end = auditHead(chain[9])
        let anew = auditChain(10, detail: "anew")
        #expect(
            auditFindings(anew, before: end, ledger: .init(head: end)).faults
                == [fault(.differsFromLedger(end), 9, 10)])
        let longer = auditChain(12, detail: "anew")
        #expect(
            auditFindings(longer, before: end, ledger: .init(head: auditHead(longer[11]))).faults
                == [fault(.differsFromLedger(end), 9, 10)])
    }

    @Test func theLedgerAddsNothingToAFaultThatIsNamed() {
        let end = auditHead(chain[9])
        for watched in [chain[4], chain[9]] {
            for place in [4, 9] {
                var records = chain
                records[place][20] ^= 1
                let changed = auditFindings(records, before: auditHead(watched), ledger: .init(head: end))
                #expect(changed.faults == [fault(.changed, Int64(place), Int64(place + 1))])
            }
        }
        var records = chain
        records.remove(at: 4)
        #expect(
            auditFindings(records, before: auditHead(chain[4]), ledger: .init(head: end)).faults
                == [fault(.missing(count: 1, among: [5...5]), 4, 6)])
        records = chain
        records[9] = []
        #expect(auditFindings(records, before: end, ledger: .init(head: end)).faults.map(\.offset) == [9])
    }

    @Test func aPartitionWithoutRecordsIsNoted() {
        let end = auditHead(chain[9])
        let findings = auditFindings([], before: end, ledger: .init(head: end))
        #expect(findings.isIntact && findings.notes == [.isEmpty(end)])
    }

    // MARK: Words

    @Test func theWordsNameWhatIsMissing() {
        func words(_ count: Int64, _ ranges: [ClosedRange<Int64>]) -> String {
            fault(.missing(count: count, among: ranges), 0, 9).problem
        }
        #expect(words(1, [7...7]) == "comes too early: 1 record is missing before it, sequence 7")
        #expect(words(3, [4...5, 7...7]) == "comes too early: 3 records are missing before it, sequence 4 to 5, 7")
        #expect(words(1, [4...5]) == "comes too early: 1 record is missing before it, among sequence 4 to 5")
    }
}
