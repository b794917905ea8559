/// Grows with every assignment of a partition: what belongs to an older one touches nothing that belongs to a newer.
public struct Generation: Sendable, Hashable, Comparable {
    /// The count of assignments that it stands for; any start will do, it only has to grow.
    public var number: Int

    /// Makes the generation with that number.
    public init(_ number: Int) {
        self.number = number
    }

    public static func < (left: Generation, right: Generation) -> Bool {
        left.number < right.number
    }
}
