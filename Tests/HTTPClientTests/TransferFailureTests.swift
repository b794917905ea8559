import CCurl
import Testing

@testable import HTTPClient

struct TransferFailureTests {
    private static let before = TransferFailure(requestStarted: false, bytesSent: false)
    private static let after = TransferFailure(requestStarted: true, bytesSent: true)

    @Test(
        arguments: [
            (CURLE_COULDNT_RESOLVE_HOST, .nameNotResolved), (CURLE_COULDNT_RESOLVE_PROXY, .nameNotResolved),
            (CURLE_COULDNT_CONNECT, .connectFailed), (CURLE_PROXY, .connectFailed),
            (CURLE_INTERFACE_FAILED, .connectFailed), (CURLE_SSL_CONNECT_ERROR, .tlsFailed),
            (CURLE_PEER_FAILED_VERIFICATION, .tlsFailed), (CURLE_SSL_CERTPROBLEM, .tlsFailed),
            (CURLE_SSL_CIPHER, .tlsFailed), (CURLE_SSL_CACERT_BADFILE, .tlsFailed), (CURLE_SSL_CLIENTCERT, .tlsFailed),
            (CURLE_OPERATION_TIMEDOUT, .connectFailed), (CURLE_URL_MALFORMAT, .invalidRequest),
            (CURLE_UNSUPPORTED_PROTOCOL, .invalidRequest), (CURLE_LOGIN_DENIED, .invalidRequest),
            (CURLE_RECV_ERROR, .connectFailed), (CURLE_GOT_NOTHING, .connectFailed),
            (CURLE_OUT_OF_MEMORY, .connectFailed),
        ] as [(CURLcode, HTTPError.Kind)])
    func beforeTheRequestWentOutItWasCertainlyNotSent(code: CURLcode, kind: HTTPError.Kind) {
        let error = Self.before.error(for: code)
        #expect(error.kind == kind)
        #expect(error.delivery == .notSent)
    }

    @Test(
        arguments: [
            (CURLE_COULDNT_RESOLVE_HOST, .nameNotResolved), (CURLE_COULDNT_CONNECT, .connectFailed),
            (CURLE_SSL_CONNECT_ERROR, .tlsFailed), (CURLE_OPERATION_TIMEDOUT, .timedOut),
            (CURLE_UNSUPPORTED_PROTOCOL, .invalidAnswer), (CURLE_WEIRD_SERVER_REPLY, .invalidAnswer),
            (CURLE_FILESIZE_EXCEEDED, .invalidAnswer), (ccurl_too_large(), .invalidAnswer),
            (CURLE_GOT_NOTHING, .connectionLost), (CURLE_RECV_ERROR, .connectionLost),
            (CURLE_SEND_ERROR, .connectionLost), (CURLE_PARTIAL_FILE, .connectionLost), (CURLE_HTTP2, .connectionLost),
            (CURLE_HTTP2_STREAM, .connectionLost), (CURLE_OUT_OF_MEMORY, .connectionLost),
        ] as [(CURLcode, HTTPError.Kind)])
    func afterTheRequestWentOutItIsUncertain(code: CURLcode, kind: HTTPError.Kind) {
        let error = Self.after.error(for: code)
        #expect(error.kind == kind)
        #expect(error.delivery == .uncertain)
    }

    @Test func timeUsedUpWithAConnectionButNothingSentIsNotSent() {
        let error = TransferFailure(requestStarted: true, bytesSent: false).error(for: CURLE_OPERATION_TIMEDOUT)
        #expect(error.kind == .timedOut)
        #expect(error.delivery == .notSent)
    }

    @Test func aSendThatFailedMayHaveSentSomething() {
        #expect(Self.before.error(for: CURLE_SEND_ERROR).delivery == .uncertain)
    }

    @Test func aProxyThatRefusesLetNothingThrough() {
        let refused = TransferFailure(requestStarted: false, bytesSent: true, proxyRefused: true)
        let error = refused.error(for: CURLE_RECV_ERROR)
        #expect(error.kind == .connectFailed)
        #expect(error.delivery == .notSent)
    }

    @Test func aProxyConnectThatHangsIsNotTheRequest() {
        let hung = TransferFailure(requestStarted: false, bytesSent: true)
        #expect(hung.error(for: CURLE_OPERATION_TIMEDOUT).kind == .connectFailed)
        #expect(hung.error(for: CURLE_OPERATION_TIMEDOUT).delivery == .notSent)
    }

    @Test func anAnswerThatWeCutOffIsInvalidAndOneThatLibcurlCouldNotWriteIsLost() {
        var failure = Self.after
        #expect(failure.error(for: CURLE_WRITE_ERROR).kind == .connectionLost)
        failure.answerTooLarge = true
        #expect(failure.error(for: CURLE_WRITE_ERROR).kind == .invalidAnswer)
    }

    @Test(arguments: [CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_OPERATION_TIMEDOUT])
    func whereTheRuleRefusedAllAddressesThatIsTheFault(code: CURLcode) {
        var failure = Self.before
        failure.noAddressAllowed = true
        let error = failure.error(for: code, words: "Failed to connect")
        #expect(error.kind == .addressRefused)
        #expect(error.delivery == .notSent)
    }

    @Test func wordsAreUsedOnlyWhereTheyNameHostsAndCertificates() {
        let words = "SSL certificate problem: self-signed certificate"
        #expect(Self.before.error(for: CURLE_PEER_FAILED_VERIFICATION, words: words).detail == words)
        #expect(!Self.after.error(for: CURLE_WEIRD_SERVER_REPLY, words: "secret").description.contains("secret"))
        #expect(!Self.after.error(for: CURLE_RECV_ERROR, words: "secret").description.contains("secret"))
    }
}
