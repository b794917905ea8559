import KafkaClient
import TestSupport
import Testing
import WorkerPool

@testable import Relay

@Suite struct StepMarkTests {
    /// A broker refuses metadata that are longer, and with them everything that travels along.
    @Test func aMarkForWhichThereIsNoRoomIsLeftOut() {
        let random = SeededRandom(seed: 1)
        let room = CommitMap.maximumLength - StepMark.length
        let fitting = CommittedOffset(1, metadata: String(repeating: "A", count: room))
        #expect(StepMark.marked(fitting, random: random).metadata.utf8.count == CommitMap.maximumLength)
        let full = CommittedOffset(1, metadata: String(repeating: "A", count: room + 1))
        #expect(StepMark.marked(full, random: random) == full)
    }
}
