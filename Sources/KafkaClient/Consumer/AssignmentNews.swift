/// Whether the caller may not know yet what its assignment is: pure, kept by the mailbox.
///
/// News of an assignment counts from the moment in which it is put until the caller comes for more after having been
/// handed it: only then has it been worked through.
struct AssignmentNews {
    private var isWaiting = false
    private var isHandedOut = false

    /// Whether an event about partitions that were assigned or lost is not worked through.
    var isPending: Bool { isWaiting || isHandedOut }

    /// An event was put where the caller will find it.
    mutating func put(_ event: KafkaConsumerEvent) {
        switch event {
        case .assigned, .lost: isWaiting = true
        case .records, .revoked, .lostRange, .error: break
        }
    }

    /// The caller has come for events: what it was handed before is worked through.
    mutating func callerCame() {
        isHandedOut = false
    }

    /// The caller was handed all that was put.
    mutating func handedOut() {
        isHandedOut = isWaiting
        isWaiting = false
    }
}
