import CCurl
import Glibc

/// One easy handle, used for one exchange after the other. The shard's thread alone uses it, after making.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    /// What it carries now.
    private(set) var pending: PendingExchange?

    private let poller: Poller
    private let usesProxies: Bool
    private let limits: (head: Int, body: Int)
    private let errorWords = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    private var isHeadWhole = false
    private var isTooLarge = false
    private var headers = RequestHeaderList()
    private var isFresh = false
    private var hasBody = false
    private var isRuled = false
    private var addresses = AddressTally()

    /// Nil when there is no memory.
    init?(settings: CurlTransport.Settings, poller: Poller) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.poller = poller
        usesProxies = settings.usesProxies
        limits = (settings.maxResponseHeaderBytes, settings.maxResponseBodyBytes)
        errorWords[0] = 0
        EasyOptions.apply(settings, to: easy)
        let itself = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_set_pointer(easy, CURLOPT_PRIVATE, itself)
        ccurl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorWords)
        ccurl_easy_set_pointer(easy, CURLOPT_WRITEDATA, itself)
        ccurl_easy_set_pointer(easy, CURLOPT_HEADERDATA, itself)
        ccurl_easy_set_receiver(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, transfer in
            Transfer.from(transfer).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_easy_set_receiver(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, transfer in
            Transfer.from(transfer).receiveHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_easy_set_pointer(easy, CURLOPT_OPENSOCKETDATA, itself)
        ccurl_easy_set_socket_opener(easy) { transfer, _, address in
            Transfer.from(transfer).openSocket(address!)
        }
        // A connection outlives the transfer that made it, and so its closing is the poller's.
        ccurl_easy_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(poller).toOpaque())
        ccurl_easy_set_socket_closer(easy) { poller, descriptor in
            Unmanaged<Poller>.fromOpaque(poller!).takeUnretainedValue().closeSocket(descriptor)
        }
    }

    deinit {
        curl_easy_cleanup(easy)
        headers.free()
        errorWords.deallocate()
    }

    /// The transfer that libcurl hands back as context. It is alive while its handle is.
    static func from(_ pointer: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Sets the handle up for an exchange, which must end before the next.
    func prepare(_ pending: PendingExchange, now: Int64) {
        let request = pending.exchange.request
        self.pending = pending
        (head, body) = ([], [])
        (isHeadWhole, isTooLarge) = (false, false)
        errorWords[0] = 0
        addresses = AddressTally()
        ccurl_easy_set_string(easy, CURLOPT_URL, request.url)
        setForm(request)
        if headers.update(request.headers, hasBody: hasBody) {
            ccurl_easy_set_list(easy, CURLOPT_HTTPHEADER, headers.list)
        }
        // libcurl takes at least 1 ms, and less than 2^31 everywhere.
        let milliseconds = (pending.exchange.deadline - now + 999_999) / 1_000_000
        ccurl_easy_set_long(easy, CURLOPT_TIMEOUT_MS, Int(min(max(milliseconds, 1), Int64(Int32.max))))
        if request.isFresh != isFresh {
            isFresh = request.isFresh
            ccurl_easy_set_long(easy, CURLOPT_FRESH_CONNECT, isFresh ? 1 : 0)
            // HTTP/2 has more reasons to send again: a refused stream, a server that asks for HTTP/1.1.
            ccurl_easy_set_long(
                easy, CURLOPT_HTTP_VERSION,
                isFresh ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)
        }
        let isRuled = request.addressRule != nil
        if isRuled != self.isRuled {
            self.isRuled = isRuled
            // The connection must not serve a request that has another rule, or that would have used a proxy.
            ccurl_easy_set_long(easy, CURLOPT_FORBID_REUSE, isRuled ? 1 : 0)
            // An empty name is no proxy; none at all is that of the environment.
            ccurl_easy_set_string(easy, CURLOPT_PROXY, isRuled || !usesProxies ? "" : nil)
        }
    }

    private func setForm(_ request: PreparedRequest) {
        var usual = "GET"
        hasBody = false
        switch request.form {
        case .plain:
            ccurl_easy_set_long(easy, CURLOPT_HTTPGET, 1)
        case .head:
            usual = "HEAD"
            ccurl_easy_set_long(easy, CURLOPT_NOBODY, 1)
        case .body(let bytes):
            usual = "POST"
            hasBody = true
            ccurl_easy_set_long(easy, CURLOPT_POST, 1)
            ccurl_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
            bytes.withUnsafeBytes { bytes in
                // Not null, for null would mean that the body comes from a callback.
                _ = withUnsafeBytes(of: UInt8(0)) { empty in
                    ccurl_easy_set_pointer(
                        easy, CURLOPT_COPYPOSTFIELDS,
                        UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? empty.baseAddress!))
                }
            }
        }
        ccurl_easy_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method == usual ? nil : request.method)
    }

    /// Takes the exchange off the handle, with what libcurl's code makes of it.
    func finish(_ code: CURLcode) -> (pending: PendingExchange, result: ExchangeResult)? {
        guard let pending else { return nil }
        defer { clear() }
        if code == CURLE_OK {
            let status = ccurl_easy_get_long(easy, CURLINFO_RESPONSE_CODE)
            return (pending, .success(ReceivedAnswer(status: status, head: head, body: body)))
        }
        return (pending, .failure(progress.error(for: code, words: String(cString: errorWords))))
    }

    /// Takes the exchange off the handle, which has been taken out of its multi handle before its end.
    func abandon(as kind: HTTPError.Kind) -> (pending: PendingExchange, result: ExchangeResult)? {
        guard let pending else { return nil }
        defer { clear() }
        return (pending, .failure(HTTPError(kind, delivery: progress.delivery)))
    }

    private func clear() {
        pending = nil
        (head, body) = ([], [])
    }

    private var progress: TransferFailure {
        TransferFailure(
            requestStarted: ccurl_easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0,
            bytesSent: ccurl_easy_get_long(easy, CURLINFO_REQUEST_SIZE) > 0,
            proxyRefused: ccurl_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE) >= 300,
            answerTooLarge: isTooLarge, noAddressAllowed: addresses.noneAllowed)
    }

    /// Opens the socket for an address that libcurl connects to next, unless the request's rule refuses it.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        if let rule = pending?.exchange.request.addressRule {
            let isAllowed = RemoteAddress(address).map(rule.allows) ?? false
            addresses.count(isAllowed: isAllowed)
            // libcurl goes on with the host's next address.
            guard isAllowed else { return CURL_SOCKET_BAD }
        }
        return poller.openSocket(
            family: address.pointee.family, type: address.pointee.socktype, protocol: address.pointee.protocol)
    }

    /// Anything but the number of bytes ends the transfer.
    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= limits.body else {
            isTooLarge = true
            return bytes.count == 0 ? 1 : 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// Called line by line. Each head of an answer begins anew, for there may be interim ones (1xx); what follows a
    /// body (trailers) is left out.
    private func receiveHead(_ line: UnsafeRawBufferPointer) -> Int {
        if line.starts(with: "HTTP/".utf8) {
            head.removeAll(keepingCapacity: true)
            isHeadWhole = false
        }
        guard !isHeadWhole else { return line.count }
        guard head.count + line.count <= limits.head else {
            isTooLarge = true
            return line.count == 0 ? 1 : 0
        }
        if head.isEmpty { head.reserveCapacity(512) }
        head.append(contentsOf: line)
        isHeadWhole = line.count <= 2 && line.allSatisfy { $0 == 0x0D || $0 == 0x0A }
        return line.count
    }
}
