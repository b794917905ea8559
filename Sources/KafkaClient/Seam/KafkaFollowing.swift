/// Follows a compacted topic that everyone who decides by it must know as a whole: the seam behind which librdkafka or a
/// simulated broker stands.
public protocol KafkaFollowing: Sendable {
    /// Reads all partitions of a topic from their beginning, outside of any group, and hands over their committed records
    /// in batches: a batch is of one partition, and those of one partition come in order. It goes on with what is written
    /// later until the task is cancelled or the follower closed.
    ///
    /// `caughtUp` is called once, when every partition has been handed over up to the end that it had when the reading
    /// began. That end is the last stable offset, which a reader of committed records can reach without waiting: the topic
    /// has producers of all kinds, and the transaction that one of them leaves open must not hold up who only wants to
    /// know what is decided. What such a transaction holds, and what stands behind it, comes when it is decided.
    /// `KafkaStateReading` is for state whose undecided records matter.
    ///
    /// Faults that mend themselves are waited out. Partitions that are added to the topic are followed too, once they are
    /// noticed. Where the log no longer holds what comes next, also because the topic was made anew, its partition is
    /// handed over from its beginning again; so the records must mean the same when they come a second time. A topic that
    /// is made anew while it is followed, and soon is longer than the old one was read, may be missed by that: end the
    /// following first.
    ///
    /// The closures are called one at a time, the last call has returned before this returns, and both must be quick.
    ///
    /// - Throws: `KafkaError`, and never returns without: the topic does not exist (also when it is deleted meanwhile),
    ///   reading is not allowed, `_DESTROY` when the follower is closed, `_STATE` when the task is cancelled, `_CONFLICT`
    ///   when another call is under way.
    func follow(
        _ topic: String, caughtUp: @escaping @Sendable () -> Void, _ body: @escaping @Sendable ([KafkaRecord]) -> Void
    ) async throws(KafkaError)

    /// Ends what is being followed and frees the client. Calling it again waits for the same end.
    func close() async
}
