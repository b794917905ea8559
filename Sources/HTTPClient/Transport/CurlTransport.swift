import Synchronization

/// Sends requests with libcurl: HTTP/1.1 with keep-alive, HTTP/2 over TLS where the server offers it, proxies, no
/// redirects, no compression.
///
/// The work is done on threads of its own, made when they are needed and ended by `close()`, or some time after the
/// last reference to the transport is gone.
public final class CurlTransport: HTTPTransport {
    /// Where a multi handle begins to lose time with the look-up of its idle connections (measured).
    private static let connectionsPerShard = 128

    private let settings: Settings
    private let fleet: Mutex<Fleet>

    /// The shards that there are.
    private struct Fleet {
        var loads: ShardLoads
        var shards: [Shard] = []
        var isClosed = false
    }

    /// libcurl's name and version with those of its libraries, `libcurl/8.14.1 OpenSSL/3.5.0 …`.
    public static var libraryVersion: String { Curl.version }

    /// Makes a transport. No connection and no thread is made before the first request.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        fleet = Mutex(
            Fleet(
                loads: ShardLoads(
                    connections: max(1, settings.maxConnectionsPerHost), perShard: Self.connectionsPerShard)))
    }

    /// See `HTTPTransport.send(_:)`.
    ///
    /// An error's `delivery` is `notSent` only when it is certain that no byte of the request left. A request that may
    /// use a `reused` connection can be sent twice by libcurl itself; when the second attempt fails to connect, the
    /// error says `connectFailed` and `uncertain`.
    ///
    /// - Throws: `closed` after `close()`.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let prepared = try PreparedRequest(request)
        let (index, shard) = try enter()
        let result = await shard.perform(prepared, endsWithTask: request.endsWithTask)
        fleet.withLock { $0.loads.leave(index) }
        return try result.get().response
    }

    /// Ends all requests under way with `HTTPError.Kind.closed`, closes the connections and waits for the threads to
    /// end. Later requests fail at once; a second call waits like the first.
    public func close() async {
        let shards = fleet.withLock { fleet in
            fleet.isClosed = true
            return fleet.shards
        }
        for shard in shards { shard.close() }
        for shard in shards { await shard.waitForEnd() }
    }

    /// Finds the shard for one more request. A new one is made inside the lock, for two callers must not both make it;
    /// it happens once per shard and waits for nobody.
    private func enter() throws(HTTPError) -> (Int, Shard) {
        try fleet.withLock { fleet throws(HTTPError) in
            guard !fleet.isClosed else { throw HTTPError(.closed, delivery: .notSent) }
            let index = fleet.loads.enter()
            if index == fleet.shards.count {
                do throws(HTTPError) {
                    fleet.shards.append(
                        try Shard(settings: settings, connectionsPerHost: fleet.loads.capacityPerShard))
                } catch {
                    fleet.loads.forgetLast()
                    throw error
                }
            }
            return (index, fleet.shards[index])
        }
    }
}
