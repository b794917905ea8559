import CCurl

/// How far a transfer came before it failed, and what that makes of libcurl's code.
struct TransferFailure {
    /// Whether libcurl had a connection ready and turned to the request, on any of its attempts. 7.88 counts a
    /// proxy's CONNECT among the bytes of the request, so the bytes alone do not say.
    var requestStarted: Bool
    /// Whether any byte of it was handed to the kernel, on any of libcurl's attempts.
    var bytesSent: Bool
    /// Whether a proxy refused to connect us.
    var proxyRefused = false
    /// Whether we ended the transfer because the answer grew too large.
    var answerTooLarge = false
    /// Whether the request's rule refused every address that was to be connected to.
    var noAddressAllowed = false

    /// What a transfer that ends now, by no fault of its own, may have delivered.
    ///
    /// libcurl may have sent the request on a reused connection, lost it, and failed to connect anew: so a code
    /// that by itself says "not connected" is no proof.
    var delivery: HTTPError.Delivery {
        requestStarted && bytesSent ? .uncertain : .notSent
    }

    /// What libcurl's code means for us. One place decides.
    ///
    /// - Parameter words: libcurl's words about this failure, which name hosts and certificates; used only where they
    ///   hold no more than that.
    func error(for code: CURLcode, words: String = "") -> HTTPError {
        let general = String(cString: curl_easy_strerror(code))
        let detailed = words.isEmpty ? general : words
        // Whatever libcurl makes of that: no socket was ever opened.
        if noAddressAllowed {
            return HTTPError(.addressRefused, delivery: .notSent, detail: "no address of the host is allowed")
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return HTTPError(.nameNotResolved, delivery: delivery, detail: detailed)
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED:
            return HTTPError(.connectFailed, delivery: delivery, detail: detailed)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            return HTTPError(.tlsFailed, delivery: delivery, detail: detailed)
        case CURLE_OPERATION_TIMEDOUT:
            return HTTPError(requestStarted ? .timedOut : .connectFailed, delivery: delivery, detail: general)
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_LOGIN_DENIED:
            return HTTPError(.invalidRequest, delivery: delivery, detail: general)
        case CURLE_UNSUPPORTED_PROTOCOL:
            // Also the code of an answer without a status line, which is taken for HTTP/0.9.
            return HTTPError(bytesSent ? .invalidAnswer : .invalidRequest, delivery: delivery, detail: general)
        case CURLE_WRITE_ERROR where answerTooLarge, CURLE_FILESIZE_EXCEEDED, ccurl_too_large():
            return HTTPError(.invalidAnswer, delivery: .uncertain, detail: "the answer is larger than allowed")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return HTTPError(.invalidAnswer, delivery: .uncertain, detail: general)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR:
            return proxyRefused || !bytesSent && !requestStarted
                ? HTTPError(.connectFailed, delivery: .notSent, detail: general)
                : HTTPError(.connectionLost, delivery: .uncertain, detail: general)
        case CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return HTTPError(.connectionLost, delivery: .uncertain, detail: general)
        default:
            return bytesSent
                ? HTTPError(.connectionLost, delivery: .uncertain, detail: general)
                : HTTPError(.connectFailed, delivery: .notSent, detail: general)
        }
    }
}
