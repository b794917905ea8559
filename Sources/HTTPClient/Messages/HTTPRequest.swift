/// One request, with everything that its sending needs.
public struct HTTPRequest: Sendable {
    /// Whether a connection that is open already may carry the request.
    public enum Connection: Sendable {
        /// Any idle connection, else a new one. libcurl may then send the request twice when the server closes the
        /// reused connection before its first byte of answer, also a POST.
        case reused
        /// A new connection, for what must be sent at most once.
        case fresh
    }

    /// `GET`, `POST`, `PUT`, `DELETE`, …: in capitals, as it goes on the wire.
    public var method: String
    /// Absolute, with its query already percent-encoded.
    public var url: String
    /// Sent as they are; names are case-insensitive. `Content-Length` and `Host` are set by the transport.
    public var headers: [HTTPHeader]
    /// The body; nil sends none.
    public var body: [UInt8]?
    /// From the call to the last byte of the answer, connecting included. Must be positive.
    public var timeout: Duration
    /// See `Connection`.
    public var connection: Connection
    /// Whether the request is broken off when the task that sends it is cancelled. One that is not goes on until its answer
    /// or its time-out, and so does the call: for a write that must not land after somebody else's.
    public var endsWithTask: Bool
    /// Where the request may go; nil leaves that to the URL. An address that the rule refuses is not connected to, and
    /// when none is left the request ends with `HTTPError.Kind.addressRefused`.
    ///
    /// A request with a rule goes on a fresh connection that no other request uses afterwards, and never by way of a
    /// proxy: the proxy's address would be judged in the place of the host's.
    public var addressRule: AddressRule?

    /// Makes a request.
    public init(
        method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30), connection: Connection = .reused,
        endsWithTask: Bool = true, addressRule: AddressRule? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connection = connection
        self.endsWithTask = endsWithTask
        self.addressRule = addressRule
    }
}

/// A header field.
public struct HTTPHeader: Sendable, Equatable {
    /// The field's name, in any case.
    public var name: String
    /// The field's value, without surrounding white space.
    public var value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
