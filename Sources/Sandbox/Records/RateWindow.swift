public import Seams

/// One window of the API's rate limit: what was allowed in it and what came.
public struct RateWindow: Sendable, Equatable {
    /// When it began.
    public var start: WallTime
    /// How long it lasts.
    public var length: Duration
    /// How many calls it admits.
    public var limit: Int
    /// The calls that arrived, those of the other consumer not.
    public var calls = 0
    /// Those of them that were answered 429.
    public var refused = 0
    /// What the other consumer took.
    public var others = 0

    /// What is used of the limit.
    public var used: Int { calls - refused + others }
}
