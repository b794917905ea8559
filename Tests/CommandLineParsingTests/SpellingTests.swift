import CommandLineParsing
import Testing

@Suite struct SpellingTests {
    private let names = ["kafka.groupId", "kafka.bootstrapServers", "topics.contactChanges", "run", "sandbox"]

    @Test(arguments: [
        ("kafka.grupId", "kafka.groupId"), ("KAFKA.GROUPID", "kafka.groupId"), ("rnu", "run"),
        ("sandobx", "sandbox"), ("topics.contactChange", "topics.contactChanges"),
    ])
    func slipsAreRecognized(_ word: String, _ meant: String) {
        #expect(Spelling.guess(for: word, among: names) == meant)
    }

    @Test func otherWordsAreNotForced() {
        #expect(Spelling.guess(for: "colour", among: names) == nil)
        #expect(Spelling.guess(for: "x", among: names) == nil)
        #expect(Spelling.guess(for: "", among: names) == nil)
    }
}
