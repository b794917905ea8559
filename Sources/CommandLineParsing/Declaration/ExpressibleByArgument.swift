/// A value that can be written as one word on a command line.
public protocol ExpressibleByArgument: Sendable {
    /// Reads the value; nil when `argument` is not one.
    init?(argument: String)

    /// How the value is written on the command line; `init(argument:)` reads it back.
    var argumentText: String { get }

    /// What a right value looks like, to finish the sentence "… must be".
    static var argumentRule: String { get }
}

extension String: ExpressibleByArgument {
    public init?(argument: String) { self = argument }
    public var argumentText: String { self }
    public static var argumentRule: String { "text" }
}

extension Int: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var argumentText: String { description }
    public static var argumentRule: String { "a whole number" }
}

extension Double: ExpressibleByArgument {
    public init?(argument: String) {
        guard let value = Double(argument), value.isFinite else { return nil }
        self = value
    }

    public var argumentText: String {
        self == rounded() && abs(self) < 1e15 ? String(Int(self)) : description
    }

    public static var argumentRule: String { "a number" }
}
