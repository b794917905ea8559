/// Which addresses a request may go to. It is asked about the address that a socket is about to connect to, after the
/// name was resolved: what a name meant earlier, or means to somebody else, does not count.
public struct AddressRule: Sendable {
    private let isAllowed: @Sendable (RemoteAddress) -> Bool

    /// A rule that allows what `isAllowed` says yes to. It is called on a thread that other requests share, so it must
    /// answer at once; where a name has several addresses, once for each that is tried.
    public init(_ isAllowed: @escaping @Sendable (RemoteAddress) -> Bool) {
        self.isAllowed = isAllowed
    }

    /// Whether a socket may connect to that address.
    public func allows(_ address: RemoteAddress) -> Bool {
        isAllowed(address)
    }
}
