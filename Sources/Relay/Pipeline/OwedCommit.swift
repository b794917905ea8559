import WorkerPool

/// A position that is to be committed, as long as its assignment is the present one.
struct OwedCommit: Sendable, Hashable {
    var generation: Generation
    var position: Int64
}
