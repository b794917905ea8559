import CommandLineParsing
import KafkaClient
import Relay
import Seams
import Synchronization

/// Checks the audit topic to the end that it has, and compares it with what the ledger knows.
struct AuditTopicCheck: Sendable {
    /// How long nothing may come: a transaction that a worker has left open is waited out, which takes 20 s at most where
    /// it has the default time-outs.
    static let patience = Duration.seconds(120)

    /// A topic and how many partitions it has.
    struct Topic: Sendable {
        var name: String
        var partitions: Int32

        var all: [TopicPartition] { (0..<partitions).map { TopicPartition(name, $0) } }
    }

    var reader: any KafkaStateReading
    var time: any TimeSource
    /// What the client said last about a fault.
    var lastWords: @Sendable () -> String? = { nil }

    /// Reads the ledger's heads before the records and after them: what the ledger said before must be among the records,
    /// and none may be later than what it says after.
    ///
    /// - Parameter ledger: Nil where there is none to compare with.
    /// - Throws: `CommandFailure` (69) where the topics cannot be read.
    func check(
        _ audit: Topic, ledger: Topic?, _ selection: AuditSelection
    ) async throws(CommandFailure) -> [CheckedChain] {
        let before = try await heads(ledger)
        let checks = Kept(
            Dictionary(
                uniqueKeysWithValues: audit.all.map {
                    ($0.partition, ChainCheck(selection, ledger: before[$0.partition]))
                }))
        try await read(audit.all) { records in
            checks.change { checks in
                for record in records {
                    checks[record.partition.partition]?.take(record.value, at: record.offset)
                }
            }
        }
        let after = try await heads(ledger)
        let results = checks.value
        return audit.all.compactMap { partition in
            let number = partition.partition
            let isKnown = number < ledger?.partitions ?? 0
            return results[number]?.finish(
                name: partition.description, placeWord: "offset",
                ledger: isKnown ? AuditVerifier.Ledger(head: after[number]) : nil)
        }
    }

    /// How far the chains have come, by partition. The last head in the log counts.
    private func heads(_ ledger: Topic?) async throws(CommandFailure) -> [Int32: AuditHead] {
        guard let ledger else { return [:] }
        let heads = Kept<AuditHead>([:])
        try await read(ledger.all) { records in
            heads.change { heads in
                for record in records where record.key == AuditHead.key {
                    heads[record.partition.partition] = record.value.flatMap { AuditHead($0) }
                }
            }
        }
        return heads.value
    }

    /// Reads partitions to their ends, all at once.
    private func read(
        _ partitions: [TopicPartition], _ take: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(CommandFailure) {
        let progress = Progress()
        let (reader, time, lastWords) = (reader, time, lastWords)
        let failure = await withTaskGroup(of: Ending.self) { group in
            for partition in partitions {
                group.addTask {
                    do throws(KafkaError) {
                        try await reader.read(partition) { records in
                            progress.count.add(1, ordering: .relaxed)
                            take(records)
                        }
                        progress.count.add(1, ordering: .relaxed)
                        return .read
                    } catch {
                        return .failed("\(partition.topic) cannot be read: \(error)")
                    }
                }
            }
            group.addTask {
                var seen = -1
                while case let count = progress.count.load(ordering: .relaxed), count != seen, !Task.isCancelled {
                    seen = count
                    try? await time.sleep(for: Self.patience)
                }
                let words = lastWords().map { ": \($0)" } ?? ""
                return .failed("nothing came from Kafka for \(Self.patience.argumentText)\(words)")
            }
            defer { group.cancelAll() }
            var left = partitions.count
            while left > 0, let ending = await group.next() {
                if case .failed(let words) = ending { return String?.some(words) }
                left -= 1
            }
            return nil
        }
        if let failure { throw CommandFailure(exitCode: .unavailable, message: failure) }
    }

    /// How one of the tasks ended.
    private enum Ending: Sendable {
        case read
        /// With what is said about it.
        case failed(String)
    }

    /// Grows with each batch and each end.
    private final class Progress: Sendable {
        let count = Atomic(0)
    }

    /// What the reader's thread fills, by partition.
    private final class Kept<Value: Sendable>: Sendable {
        private let kept: Mutex<[Int32: Value]>

        init(_ value: [Int32: Value]) { kept = Mutex(value) }

        func change(_ body: (inout [Int32: Value]) -> Void) { kept.withLock { body(&$0) } }

        var value: [Int32: Value] { kept.withLock { $0 } }
    }
}
