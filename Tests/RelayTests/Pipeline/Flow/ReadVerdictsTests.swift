import GenesysCloud
import Seams
import Testing

@testable import Relay

@Suite struct ReadVerdictsTests {
    @Test func allWhoAskMeanwhileShareOneRead() {
        var reads = ReadVerdicts()
        let first = reads.ask(.contact, epoch: 0)
        #expect(reads.next?.type == .contact)
        #expect(reads.ask(.contact, epoch: 0) == first)
        reads.began(.contact, at: .at(0))
        #expect(reads.next == nil)
        #expect(reads.ask(.contact, epoch: 0) == first)
        #expect(reads.isAnswered(first) == nil)
        reads.ended(.contact, isAnswered: true, at: .at(1))
        #expect(reads.isAnswered(first) == true)
        #expect(reads.next == nil)
    }

    @Test func readsAreASecondApartWhateverTheirType() {
        var reads = ReadVerdicts()
        _ = reads.ask(.contact, epoch: 0)
        _ = reads.ask(.organization, epoch: 0)
        reads.began(.contact, at: .at(3))
        #expect(reads.next?.type == .organization)
        #expect(reads.next?.from == .at(4))
    }

    @Test func anAnswerIsRememberedForAWhileAndARefusalIsNot() {
        var reads = ReadVerdicts()
        reads.began(.contact, at: .at(0))
        reads.ended(.contact, isAnswered: true, at: .at(1))
        #expect(reads.isAnswered(.contact, at: .at(6)))
        #expect(!reads.isAnswered(.contact, at: .at(6.1)))
        #expect(!reads.isAnswered(.organization, at: .at(2)))
        reads.began(.contact, at: .at(7))
        reads.ended(.contact, isAnswered: false, at: .at(7))
        #expect(!reads.isAnswered(.contact, at: .at(7)))
    }
}
