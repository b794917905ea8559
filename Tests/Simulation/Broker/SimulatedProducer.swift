import KafkaClient
import Seams

/// A producer with the errors and states of librdkafka's transactional one; without `initTransactions` it produces plainly.
///
/// Unchecked: it belongs to its scheduler's thread.
final class SimulatedProducer: KafkaProducing, @unchecked Sendable {
    private enum State {
        case plain
        case ready
        case inTransaction
        /// It must be aborted.
        case broken
        case fenced
    }

    private let process: SimulatedProcess
    private let broker: SimulatedBroker
    private let id: String
    private var state = State.plain
    private var epoch = 0
    /// What the broker calls the present transaction; nil before anything is in it.
    private var transaction: Int?
    /// A batch was refused: its sequence numbers are missing, and the next transaction pays for it.
    private var isPoisoned = false

    init(process: SimulatedProcess, broker: SimulatedBroker, transactionalID: String) {
        self.process = process
        self.broker = broker
        id = transactionalID
    }

    /// Whether it is between two transactions.
    var isIdle: Bool { state == .ready }

    // MARK: Records

    func produce(_ records: [ProducerRecord]) async -> [Result<ProducedRecord, KafkaError>] {
        let dead = failures(records.count, .closed)
        guard process.isInWorld else { return dead }
        switch state {
        case .plain: return await broker.call(from: process, buried: dead) { [self] in write(records, into: nil) }
        case .inTransaction: break
        case .fenced: return failures(records.count, Self.fenced)
        case .ready, .broken:
            return failures(records.count, KafkaError(code: "_STATE", message: "no transaction", transaction: .abort))
        }
        guard !records.isEmpty else { return [] }
        guard !isPoisoned else {
            isPoisoned = false
            state = .broken
            return failures(
                records.count, KafkaError(code: "_PURGE_QUEUE", message: "sequence lost", transaction: .abort))
        }
        let results = await broker.call(from: process, buried: dead) { [self] in
            switch broker.transactions.join(id, epoch: epoch) {
            case .failure(let error): return error.refusal == .busy ? nil : failures(records.count, Self.oldEpoch)
            case .success(let transaction):
                self.transaction = transaction
                return write(records, into: transaction)
            }
        }
        for case .failure(let error) in results {
            switch error.code {
            case Self.oldEpoch.code: state = .fenced
            default: if state == .inTransaction { state = .broken }
            }
            if error.code == "MSG_SIZE_TOO_LARGE" { isPoisoned = true }
            if error.code == "_MSG_TIMED_OUT" { await waitOut() }
        }
        return results
    }

    private func failures(_ count: Int, _ error: KafkaError) -> [Result<ProducedRecord, KafkaError>] {
        Array(repeating: .failure(error), count: count)
    }

    /// A record for a topic that is not there is waited for as long as a message may take.
    private func waitOut() async {
        await process.reply(buried: ()) { reply in
            broker.scheduler.after(.seconds(5), process) { reply.give(()) }
        }
    }

    /// At the broker: a batch, which is the records of one partition, is refused whole.
    private func write(_ records: [ProducerRecord], into transaction: Int?) -> [Result<ProducedRecord, KafkaError>] {
        let places = records.map { broker.partition(for: $0) }
        let refused = Set(zip(records, places).compactMap { record, place in broker.isTooLarge(record) ? place : nil })
        return zip(records, places).map { record, place in
            guard let place else {
                return .failure(KafkaError(code: "_MSG_TIMED_OUT", message: record.topic, transaction: .abort))
            }
            guard !refused.contains(place) else {
                return .failure(KafkaError(code: "MSG_SIZE_TOO_LARGE", message: record.topic, transaction: .abort))
            }
            guard transaction == nil else {
                let offset = broker.transactions.add(record, to: place, of: id)
                return .success(ProducedRecord(partition: place, offset: offset))
            }
            let offset = broker.append(record, to: place, transaction: nil)
            let written = KafkaRecord(
                partition: place, offset: offset, key: record.key, value: record.value, headers: record.headers)
            broker.checks.committed([written], [:], by: process.name)
            return .success(ProducedRecord(partition: place, offset: offset))
        }
    }

    // MARK: Transactions

    func initTransactions() async throws(KafkaError) {
        let epoch = await broker.call(from: process, buried: -1) { [broker, id, process] in
            broker.transactions.initialise(id, process.name)
        }
        guard process.isInWorld else { throw .closed }
        self.epoch = epoch
        state = .ready
        transaction = nil
        isPoisoned = false
    }

    func beginTransaction() async throws(KafkaError) {
        guard process.isInWorld else { throw .closed }
        switch state {
        case .ready: state = .inTransaction
        case .fenced: throw Self.fenced
        case .plain, .inTransaction, .broken:
            throw KafkaError(code: "_STATE", message: "beginTransaction out of turn: \(state)", transaction: .fatal)
        }
        transaction = nil
    }

    func sendOffsets(
        _ offsets: [TopicPartition: CommittedOffset], group: KafkaGroupMetadata
    ) async throws(KafkaError) {
        try checkInTransaction()
        if await fault() { throw broken("injected into sendOffsets") }
        let words = String(decoding: group.bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        let generation = Int(words.first ?? "") ?? -1
        let memberID = words.count > 1 ? String(words[1]) : ""
        let fault = await broker.call(from: process, buried: KafkaError?.some(.closed)) { [self] in
            switch broker.transactions.join(id, epoch: epoch) {
            case .failure(let error):
                return error.refusal == .busy ? KafkaError??.none : .some(Self.fenced)
            case .success(let transaction):
                self.transaction = transaction
                if let fault = broker.group.faultOfCommit(memberID, generation, isTransactional: true) {
                    return .some(KafkaError(fault))
                }
                broker.transactions.add(offsets, of: id)
                return .some(nil)
            }
        }
        if let fault { throw note(fault) }
    }

    func commitTransaction() async throws(KafkaError) {
        try checkInTransaction()
        let draw = broker.settings.transactionFaults
        if broker.scheduler.chance.once(in: draw) { throw broken("injected into commitTransaction") }
        let answerIsLost = broker.scheduler.chance.once(in: draw)
        let isFenced = broker.scheduler.chance.once(in: draw)
        // What a client learns that was fenced says nothing about how its transaction ended.
        try await end(isCommit: !isFenced || broker.scheduler.chance.once(in: 2))
        if isFenced { throw note(Self.fenced) }
        if answerIsLost {
            throw KafkaError(code: "_TIMED_OUT", message: "no answer", isRetriable: true, transaction: .retry)
        }
        state = .ready
        transaction = nil
    }

    func abortTransaction() async throws(KafkaError) {
        guard process.isInWorld else { throw .closed }
        switch state {
        case .inTransaction, .broken: break
        case .fenced: throw Self.fenced
        case .plain, .ready:
            throw KafkaError(code: "_STATE", message: "abortTransaction out of turn", transaction: .fatal)
        }
        let answerIsLost = broker.scheduler.chance.once(in: broker.settings.transactionFaults)
        try await end(isCommit: false)
        if answerIsLost {
            throw KafkaError(code: "_TIMED_OUT", message: "no answer", isRetriable: true, transaction: .retry)
        }
        state = .ready
        transaction = nil
    }

    private func end(isCommit: Bool) async throws(KafkaError) {
        let isFenced = await broker.call(from: process, buried: true) { [self] in
            if case .failure = broker.transactions.end(id, epoch: epoch, transaction: transaction, isCommit: isCommit) {
                return true
            }
            return false
        }
        guard process.isInWorld else { throw .closed }
        if isFenced { throw note(Self.fenced) }
    }

    private func checkInTransaction() throws(KafkaError) {
        guard process.isInWorld else { throw .closed }
        switch state {
        case .inTransaction: break
        case .fenced: throw Self.fenced
        case .broken: throw KafkaError(code: "_STATE", message: "the transaction must be aborted", transaction: .abort)
        case .plain, .ready: throw KafkaError(code: "_STATE", message: "no transaction", transaction: .fatal)
        }
    }

    private func fault() async -> Bool { broker.scheduler.chance.once(in: broker.settings.transactionFaults) }

    private func broken(_ message: String) -> KafkaError {
        note(KafkaError(code: "_TIMED_OUT", message: message, transaction: .abort))
    }

    private func note(_ error: KafkaError) -> KafkaError {
        switch error.transaction {
        case .abort: state = .broken
        case .fatal: state = .fenced
        case .retry: break
        }
        return error
    }

    private static var oldEpoch: KafkaError {
        KafkaError(code: "INVALID_PRODUCER_EPOCH", message: "an old epoch")
    }

    private static var fenced: KafkaError {
        KafkaError(code: "_FENCED", message: "fenced by a newer producer", isFatal: true, transaction: .fatal)
    }

    func close() async {}
}
