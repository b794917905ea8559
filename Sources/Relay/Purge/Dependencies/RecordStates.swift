public import KafkaClient
public import Observability
import Synchronization

/// The soft-delete marks of the topic `record-states`, which every replica reads as a whole before it decides by them.
///
/// A record that is malformed changes nothing; it is logged by its coordinates and counted. To compaction it is a record
/// like another: a mark under its key is gone for whoever reads the topic later.
public final class RecordStates: Sendable {
    /// The marks at one moment.
    public struct Snapshot: Sendable, Equatable {
        /// As `RecordStates.isWhole`.
        public var isWhole: Bool
        /// How many records are soft-deleted, by resource type; no count is zero.
        public var marks: [String: Int]
        /// How many malformed records were read since the program's start; one that is read again counts again.
        public var malformed: Int
    }

    private struct Observer: Sendable {
        var changed: @Sendable () -> Void
    }

    private struct State {
        var marks = SoftDeletionMarks()
        var isWhole = false
        var malformed = 0
        var observers: [Observer] = []
    }

    private let topic: String
    private let logger: Logger
    private let state = Mutex(State())

    /// Makes one without marks; `run` reads them.
    public init(topic: String, logger: Logger) {
        self.topic = topic
        self.logger = logger
    }

    /// Whether the topic has been read to the end that it had when the reading began, and is followed since. False again
    /// when the following has ended, as the marks grow old then.
    public var isWhole: Bool { state.withLock { $0.isWhole } }

    /// How many records of these types are soft-deleted: only what is above zero, in the order of `types`. It means little
    /// before `isWhole`.
    public func softDeleted(of types: [String]) -> [(type: String, count: Int)] {
        state.withLock { state in
            types.map { (type: $0, count: state.marks.count(of: $0)) }.filter { $0.count > 0 }
        }
    }

    /// Whole or not, and all counts, of one moment.
    public var snapshot: Snapshot {
        state.withLock { Snapshot(isWhole: $0.isWhole, marks: $0.marks.counts, malformed: $0.malformed) }
    }

    /// From now on `changed` is called when the marks become whole, and when the last mark of a type goes while they are:
    /// what waited for that can be looked at again. It is called on the follower's thread and outside of locks, so it may
    /// ask for the marks, and must be quick. It may be called without need.
    public func observe(_ changed: @escaping @Sendable () -> Void) {
        state.withLock { $0.observers.append(Observer(changed: changed)) }
    }

    /// Reads the marks, anew and from nothing, and follows them until the task is cancelled. Once at a time.
    ///
    /// - Throws: what ended the following before that; the caller decides whether to run it again.
    public func run(with follower: any KafkaFollowing) async throws(KafkaError) {
        // A mark whose tombstone the topic no longer has would stay for ever.
        forget()
        defer { forget() }
        do throws(KafkaError) {
            try await follower.follow(topic) {
                self.becomeWhole()
            } _: { records in
                self.take(records)
            }
        } catch {
            if !Task.isCancelled { throw error }
        }
    }

    private func forget() {
        state.withLock { state in
            state.marks = SoftDeletionMarks()
            state.isWhole = false
        }
    }

    private func becomeWhole() {
        let (observers, counts) = state.withLock { state in
            state.isWhole = true
            return (state.observers, state.marks.counts)
        }
        logger.info(
            "the soft-delete marks are read", ["topic": topic, "marks": "\(counts.values.reduce(0, +))"])
        for observer in observers { observer.changed() }
    }

    private func take(_ records: [KafkaRecord]) {
        var changes: [SoftDeletionChange] = []
        for record in records {
            switch SoftDeletionReader.read(record) {
            case .success(let change): changes.append(change)
            case .failure(let rejection): log(rejection, of: record)
            }
        }
        let malformed = records.count - changes.count
        let observers = state.withLock { state in
            state.malformed += malformed
            var hasEmptied = false
            for change in changes where state.marks.apply(change) { hasEmptied = true }
            return hasEmptied && state.isWhole ? state.observers : []
        }
        for observer in observers { observer.changed() }
    }

    private func log(_ rejection: Rejection, of record: KafkaRecord) {
        logger.warning(
            "a record of the soft-delete marks is malformed: it changes nothing",
            [
                "partition": "\(record.partition)", "offset": "\(record.offset)", "fault": rejection.reason.safeMessage,
            ])
    }
}
