import CMicroHTTPD

/// Copies of what the library knows of a request; to be asked on the connection's thread.
enum RequestHead {
    private final class Collector {
        var headers: [(name: String, value: String)] = []
    }

    static func headers(of connection: OpaquePointer) -> [(name: String, value: String)] {
        let collector = Collector()
        collector.headers.reserveCapacity(8)
        contact_relay_mhd_headers(
            connection,
            { context, _, name, value in
                guard let context, let name else { return .close }
                let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
                collector.headers.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                return .goOn
            }, Unmanaged.passUnretained(collector).toOpaque())
        return collector.headers
    }

    static func peer(of connection: OpaquePointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            contact_relay_mhd_peer(connection, start, buffer.count)
            return String(cString: start)
        }
    }
}
