/// How much JSON is accepted in one text.
public struct JSONLimits: Sendable, Hashable {
    /// 128 levels, 16 MiB.
    public static let `default` = JSONLimits()

    /// How many arrays and objects may be open at once, 0 to 512. Reading needs no stack per level, but merging and
    /// comparing do; 512 levels fit on the smallest thread.
    public let maximumDepth: Int
    /// How many bytes the text may have, white space included, 0 to 268,435,455.
    public let maximumSize: Int

    /// Sets the limits; what is outside of the ranges is moved to their nearest end.
    public init(maximumDepth: Int = 128, maximumSize: Int = 16 * 1024 * 1024) {
        self.maximumDepth = min(max(maximumDepth, 0), 512)
        self.maximumSize = min(max(maximumSize, 0), TapeEntry.maximumOffset)
    }
}
