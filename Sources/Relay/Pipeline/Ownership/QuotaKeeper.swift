import GenesysCloud
import KafkaClient
import Observability
import Seams
import Synchronization

/// Tells who governs the quota what share of it is this replica's, whenever its partitions or their topics' sizes change:
/// the shell around `QuotaShare`.
///
/// A share changes at once, with the sizes that are known; `run` asks for them anew after each rebalance, beside the
/// intake. Before the first answer the share is none: a guess could be another's.
final class QuotaKeeper: Sendable {
    private struct State {
        var parts: QuotaShare
        var told = RequestShare.none
        /// Of the departures under way.
        var deadlines: [Moment] = []
    }

    /// So long after its beginning a fault that leaves the replica without a share is one of its health.
    private static let patience = Duration.seconds(5)
    /// So often the sizes are asked for without a rebalance: where partitions are handed over one by one, a member that
    /// keeps its own hears nothing of those that were added.
    private static let interval = Duration.seconds(60)

    private let state: Mutex<State>
    private let quota: any QuotaGoverning
    private let consumer: any KafkaConsuming
    private let rebalanced = Doorbell()
    private let time: any TimeSource
    private let random: any RandomSource
    private let health: HealthBoard
    private let logger: Logger

    /// Makes a keeper; from now on the share is none.
    init(
        _ parts: QuotaShare, quota: any QuotaGoverning, consumer: any KafkaConsuming, time: any TimeSource,
        random: any RandomSource, health: HealthBoard, logger: Logger
    ) {
        state = Mutex(State(parts: parts))
        self.quota = quota
        self.consumer = consumer
        self.time = time
        self.random = random
        self.health = health
        self.logger = logger
        quota.setShare(.none)
    }

    /// What was told last.
    var share: RequestShare { state.withLock { $0.told } }

    /// These are all the partitions that are ours from now on, whether they take records or are being left. To be called
    /// in the order in which that changes, and of a revocation before it is acknowledged.
    func hold(_ partitions: [TopicPartition]) {
        change { $0.hold(partitions) }
        rebalanced.ring()
    }

    /// While `body` runs, partitions are left by the deadline: no call is held by a closed gate that opens after it.
    func leaving(by deadline: Moment, _ body: () async -> Void) async {
        departures { $0.append(deadline) }
        await body()
        departures { deadlines in deadlines.firstIndex(of: deadline).map { _ = deadlines.remove(at: $0) } }
    }

    private func departures(_ change: (inout [Moment]) -> Void) {
        state.withLock { state in
            change(&state.deadlines)
            // Inside the lock on purpose, as with shares.
            quota.holdNobody(beyond: state.deadlines.min())
        }
    }

    /// Asks for the topics' sizes after each rebalance, again where there is no answer, until the task is cancelled.
    func run() async {
        var pause = RetryPause()
        var trouble: (fault: KafkaError, since: Moment)?
        while !Task.isCancelled {
            let deadline = pause.end ?? time.now + Self.interval
            await time.run(until: deadline) { [rebalanced] in await rebalanced.wait() }
            guard !Task.isCancelled else { return }
            let began = time.now
            guard let fault = await ask() else {
                pause = RetryPause()
                trouble = nil
                continue
            }
            guard !Task.isCancelled else { return }
            if fault.code != trouble?.fault.code { warn(of: fault) }
            let since = trouble?.since ?? began
            trouble = (fault, since)
            let now = time.now
            if now - since >= Self.patience { report(fault) }
            pause.grow(at: now, random: random)
        }
    }

    /// The last fault; nil where all is known.
    private func ask() async -> KafkaError? {
        var fault: KafkaError?
        for topic in state.withLock({ $0.parts.topics }) {
            do throws(KafkaError) {
                let count = try await consumer.partitionCount(of: topic)
                change { $0.count(count, of: topic) }
            } catch {
                fault = error
            }
        }
        return fault
    }

    private func change(_ body: (inout QuotaShare) -> Void) {
        let news = state.withLock { state -> RequestShare? in
            body(&state.parts)
            if state.parts.uncounted.isEmpty { health.clear(.quota) }
            let share = state.parts.share
            guard share != state.told else { return nil }
            state.told = share
            // Inside the lock on purpose: of two shares the later one must have the last word.
            quota.setShare(share)
            return share
        }
        guard let news else { return }
        logger.info("share of the quota", ["changes": "\(news.changes)", "purges": "\(news.purges)"])
    }

    private func warn(of fault: KafkaError) {
        let uncounted = state.withLock { $0.parts.uncounted }
        logger.warning(
            uncounted.isEmpty
                ? "the number of partitions of a topic cannot be asked for: the share of the quota stays as it is"
                : "the number of partitions of a topic is not known: nothing of the quota is used for it",
            ["topics": uncounted.joined(separator: ","), "fault": fault.description])
    }

    private func report(_ fault: KafkaError) {
        state.withLock { state in
            let uncounted = state.parts.uncounted
            // Looked at inside the lock: what has been answered or let go meanwhile is no fault any more.
            guard !uncounted.isEmpty else { return }
            health.report(
                .quota,
                "the number of partitions of \(uncounted.joined(separator: ", ")) cannot be asked for: \(fault.code); "
                    + "nothing of the quota is used for it")
        }
    }
}
