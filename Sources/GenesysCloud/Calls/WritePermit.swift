/// Whether whoever asks for a write may still do it, asked in the moment before the request is sent.
///
/// Between the read that a write rests on and the write itself there may be a wait for the quota, or a stop of the whole
/// process, in which another replica has become the owner.
public struct WritePermit: Sendable {
    private let body: @Sendable () -> Bool

    /// Makes one that asks `body`, from any thread.
    public init(_ body: @escaping @Sendable () -> Bool) {
        self.body = body
    }

    /// For who shares nothing with other replicas.
    public static let always = WritePermit { true }

    /// Whether the write may be sent now. Once false it stays false: what it was for is handed back.
    public var isGiven: Bool { body() }
}
