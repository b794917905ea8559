import CMicroHTTPD

/// What the library's threads call: takes requests in, asks the handler, sends answers.
///
/// The library holds it unretained; `HTTPServer` owns it and outlives its daemon.
final class ServerCore: Sendable {
    private let limits: ServerLimits
    private let handler: HTTPServer.Handler
    let register = ExchangeRegister()

    init(limits: ServerLimits, handler: @escaping HTTPServer.Handler) {
        self.limits = limits
        self.handler = handler
    }

    /// All but the address.
    var options: contact_relay_mhd_options {
        var options = contact_relay_mhd_options()
        options.connection_memory = max(limits.headerBytes, 4096)
        options.connections = UInt32(clamping: max(limits.connections, limits.threads))
        options.idle_timeout_seconds = UInt32(clamping: limits.idleTimeout.components.seconds)
        options.threads = UInt32(clamping: limits.threads)
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.target_seen = { context, target, _ in
            guard let context, let target else { return nil }
            let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
            let exchange = Exchange(target: String(cString: target), register: core.register)
            return Unmanaged.passRetained(exchange).toOpaque()
        }
        options.handler = { context, connection, _, method, _, bytes, count, requestContext in
            guard let context, let connection, let method, let count, let exchange = requestContext?.pointee else {
                return .close
            }
            return Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().proceed(
                Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue(), on: connection, method: method,
                bytes: bytes, count: count)
        }
        options.completed = { _, _, requestContext, _ in
            guard let requestContext, let exchange = requestContext.pointee else { return }
            requestContext.pointee = nil
            Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue().completed()
        }
        return options
    }

    /// One step of a request. The library calls with the head, then with each piece of the body (`count` above zero),
    /// then with nothing, and once more after every resume.
    private func proceed(
        _ exchange: Exchange, on connection: OpaquePointer, method: UnsafePointer<CChar>,
        bytes: UnsafePointer<CChar>?, count: UnsafeMutablePointer<Int>
    ) -> MHD_Result {
        guard exchange.isReceiving else {
            guard let ending = exchange.ending else { return .close }
            return end(ending, on: connection)
        }
        if exchange.headSeen() {
            return refusal(of: connection).map { Answers.queue($0, on: connection) } ?? .goOn
        }
        if count.pointee > 0, let bytes {
            let isBearable = bytes.withMemoryRebound(to: UInt8.self, capacity: count.pointee) {
                exchange.receive(UnsafeBufferPointer(start: $0, count: count.pointee), limit: limits.bodyBytes)
            }
            count.pointee = 0
            return isBearable ? .goOn : .close
        }
        return handle(exchange, on: connection, method: method)
    }

    /// The answer to a request whose head alone says that it is too large; nil when it is not.
    private func refusal(of connection: OpaquePointer) -> ServerResponse? {
        guard let text = contact_relay_mhd_header(connection, "Content-Length"),
            let length = Int(String(cString: text)), length > limits.bodyBytes
        else { return nil }
        return Answers.bodyTooLarge
    }

    private func handle(
        _ exchange: Exchange, on connection: OpaquePointer, method: UnsafePointer<CChar>
    ) -> MHD_Result {
        let body = exchange.takeBody()
        guard body.count <= limits.bodyBytes else { return Answers.queue(Answers.bodyTooLarge, on: connection) }
        let request = ServerRequest(
            method: String(cString: method), target: exchange.target, headers: RequestHead.headers(of: connection),
            body: body, remote: RequestHead.peer(of: connection))
        guard let request else { return Answers.queue(Answers.badTarget, on: connection) }
        exchange.handlerCalled()
        handler(request, Responder(exchange))
        guard let ending = exchange.endingOrSuspend(connection) else { return .goOn }
        return end(ending, on: connection)
    }

    private func end(_ ending: Ending, on connection: OpaquePointer) -> MHD_Result {
        switch ending {
        case .respond(let response): Answers.queue(response, on: connection)
        case .drop: .close
        }
    }
}
