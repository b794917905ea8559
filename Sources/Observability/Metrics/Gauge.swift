/// A number that rises and falls. Any thread may change it.
public final class Gauge: Sendable {
    private let number = AtomicDouble()

    init() {}

    /// Replaces the number.
    public func set(_ value: Double) { number.store(value) }

    /// Replaces the number.
    public func set(_ value: Int) { number.store(Double(value)) }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) { number.add(amount) }

    /// Adds `amount`, 1 unless told otherwise.
    public func increment(by amount: Int = 1) { number.add(Double(amount)) }

    /// Subtracts `amount`, 1 unless told otherwise.
    public func decrement(by amount: Int = 1) { number.add(-Double(amount)) }

    /// The number now.
    public var value: Double { number.value }
}
