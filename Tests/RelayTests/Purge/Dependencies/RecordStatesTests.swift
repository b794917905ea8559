import KafkaClient
import Observability
import Synchronization
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(1))) struct RecordStatesTests {
    private let lines = LogLines()
    private let follower = ScriptedFollower()
    private let states: RecordStates

    init() {
        states = RecordStates(topic: "record-states", logger: lines.logger)
    }

    /// Runs it; the tests end and await it.
    private func run() -> Task<KafkaError?, Never> {
        Task { [states, follower] in
            do throws(KafkaError) {
                try await states.run(with: follower)
                return nil
            } catch {
                return error
            }
        }
    }

    private func counts(_ types: String...) -> [String] {
        states.softDeleted(of: types).map { "\($0.type) \($0.count)" }
    }

    @Test func theMarksAreWholeOnceTheTopicIsRead() async throws {
        let running = run()
        let following = try await follower.begun()
        #expect(following.topic == "record-states")
        following.body([
            mark("softDeleted", "media", "1"), mark("softDeleted", "interaction", "1"),
            mark("softDeleted", "interaction", "2"),
        ])
        #expect(!states.isWhole)
        following.caughtUp()
        #expect(states.isWhole)
        #expect(counts("interaction", "skill", "media") == ["interaction 2", "media 1"])
        #expect(counts("media", "interaction") == ["media 1", "interaction 2"])
        following.body([mark("restored", "interaction", "2"), stateRecord(key: "media/1", nil)])
        #expect(counts("interaction", "media") == ["interaction 1"])
        #expect(states.snapshot == .init(isWhole: true, marks: ["interaction": 1], malformed: 0))
        running.cancel()
        #expect(await running.value == nil)
    }

    @Test func whoObservesHearsOfTheWholeAndOfEachLastMarkThatGoes() async throws {
        let heard = Heard()
        states.observe { [states] in heard.note(states.snapshot) }
        let running = run()
        let following = try await follower.begun()
        following.body([mark("softDeleted", "media", "1"), mark("restored", "media", "1")])
        #expect(heard.all.isEmpty)
        following.body([mark("softDeleted", "media", "1"), mark("softDeleted", "media", "2")])
        following.caughtUp()
        #expect(heard.all == [.init(isWhole: true, marks: ["media": 2], malformed: 0)])
        following.body([mark("restored", "media", "1")])
        following.body([mark("softDeleted", "interaction", "1")])
        #expect(heard.all.count == 1)
        following.body([mark("restored", "media", "2")])
        #expect(heard.all.count == 2)
        #expect(heard.all.last == .init(isWhole: true, marks: ["interaction": 1], malformed: 0))
        following.body([mark("restored", "media", "2")])
        #expect(heard.all.count == 2)
        running.cancel()
        #expect(await running.value == nil)
    }

    @Test func aMalformedRecordIsLoggedByItsPlaceAndCountedAndChangesNothing() async throws {
        let running = run()
        let following = try await follower.begun()
        following.body([mark("softDeleted", "media", "secret-1")])
        following.caughtUp()
        following.body([
            stateRecord(key: "media/secret-1", #"{"secret-2":"#, offset: 7),
            stateRecord(key: "secret-3", nil, offset: 8),
            mark("softDeleted", "media", "4"),
        ])
        #expect(states.snapshot == .init(isWhole: true, marks: ["media": 2], malformed: 2))
        let warnings = lines.all.filter { $0.level == .warning }
        #expect(warnings.map { $0.metadata["offset"] } == ["7", "8"])
        #expect(warnings.allSatisfy { $0.metadata["partition"] == "record-states/2" })
        #expect(!lines.all.contains { "\($0)".contains("secret") })
        running.cancel()
        #expect(await running.value == nil)
    }

    @Test func aFaultIsThrownAndTheNextRunBeginsFromNothing() async throws {
        let running = run()
        let following = try await follower.begun()
        following.body([mark("softDeleted", "media", "1"), mark("bad", "media", "1")])
        following.caughtUp()
        follower.end(with: KafkaError(code: "TOPIC_AUTHORIZATION_FAILED", message: "no"))
        #expect(await running.value?.code == "TOPIC_AUTHORIZATION_FAILED")
        #expect(states.snapshot == .init(isWhole: false, marks: [:], malformed: 1))

        let again = run()
        let next = try await follower.begun()
        next.body([mark("softDeleted", "media", "2")])
        #expect(!states.isWhole)
        next.caughtUp()
        #expect(states.snapshot == .init(isWhole: true, marks: ["media": 1], malformed: 1))
        await follower.close()
        #expect(await again.value?.code == "_DESTROY")
    }
}

/// Keeps what an observer saw.
private final class Heard: Sendable {
    private let kept = Mutex<[RecordStates.Snapshot]>([])

    var all: [RecordStates.Snapshot] { kept.withLock { $0 } }

    func note(_ snapshot: RecordStates.Snapshot) { kept.withLock { $0.append(snapshot) } }
}
