import GenesysCloud
import HTTPClient
import Relay
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct WebhookSenderTests {
    private static let url = "https://hooks.example.com/purge?key=hush"
    private let message = WebhookMessage(id: "msg-1", url: url, body: Array(#"{"purgeId":"p"}"#.utf8))

    private func sender(_ receiver: Receiver, secret: Secret? = nil, time: ManualTime = ManualTime()) -> WebhookSender {
        WebhookSender(
            policy: WebhookPolicy(defaultURL: "https://default.example.com/", allowedHosts: ["hooks.example.com"]),
            transport: receiver, secret: secret, time: time)
    }

    @Test func aTryIsOnePostThatSaysWhatItIs() async throws {
        let receiver = Receiver { _ in HTTPResponse(status: 204) }
        let result = await sender(receiver).send(message)
        #expect(result == .delivered(status: 204))
        let request = try #require(receiver.requests.first)
        #expect(receiver.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.url == Self.url)
        #expect(request.body == message.body)
        #expect(request.timeout == .seconds(10))
        #expect(
            request.headers == [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-Genesys-Purge-Event", "true"),
                HTTPHeader("webhook-id", "msg-1"), HTTPHeader("webhook-timestamp", "1790000000"),
            ])
    }

    @Test func withASecretItIsSignedForTheTimeOfTheTry() async throws {
        let receiver = Receiver { _ in HTTPResponse(status: 200) }
        let time = ManualTime()
        let sender = sender(receiver, secret: Secret(value: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), time: time)
        _ = await sender.send(message)
        time.advance(by: .milliseconds(59_999))
        _ = await sender.send(message)
        let signer = try #require(WebhookSigner(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        for (request, timestamp) in zip(receiver.requests, [1_790_000_000, 1_790_000_059] as [Int64]) {
            #expect(request[header: "webhook-id"] == "msg-1")
            #expect(request[header: "webhook-timestamp"] == "\(timestamp)")
            #expect(
                request[header: "webhook-signature"]
                    == signer.signature(id: "msg-1", timestamp: timestamp, body: message.body))
        }
        #expect(receiver.requests.count == 2)
    }

    @Test func theSecretIsReadAnewForEachTry() async throws {
        let receiver = Receiver { _ in HTTPResponse(status: 200) }
        let secrets = Secrets(["first", "second"])
        let sender = sender(receiver, secret: Secret { () throws(SecretError) in try secrets.next() })
        _ = await sender.send(message)
        _ = await sender.send(message)
        let signatures = receiver.requests.map { $0[header: "webhook-signature"] }
        let expected = ["first", "second"].map {
            WebhookSigner(secret: $0)?.signature(id: "msg-1", timestamp: 1_790_000_000, body: message.body)
        }
        #expect(signatures == expected)
        // The third cannot be read.
        let result = await sender.send(message)
        #expect(result == .failed("the webhook cannot be signed: no more secrets", status: nil))
        #expect(receiver.requests.count == 2)
    }

    @Test(arguments: ["", "whsec_", "whsec_no"])
    func aSecretThatIsNoneSendsNothing(secret: String) async {
        let receiver = Receiver { _ in HTTPResponse(status: 200) }
        let result = await sender(receiver, secret: Secret(value: secret)).send(message)
        #expect(
            result
                == .failed(
                    "the webhook cannot be signed: purge.webhook.secret is empty, or not base64 after whsec_",
                    status: nil))
        #expect(receiver.requests.isEmpty)
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func allOf2xxIsDelivered(status: Int) async {
        let result = await sender(Receiver { _ in HTTPResponse(status: status) }).send(message)
        #expect(result == .delivered(status: status))
    }

    @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
    func everyOtherStatusIsAFailure(status: Int) async {
        let receiver = Receiver { _ in
            HTTPResponse(status: status, headers: [HTTPHeader("Location", "https://hush/")], body: Array("hush".utf8))
        }
        let result = await sender(receiver).send(message)
        #expect(result == .failed("the receiver answers with HTTP \(status)", status: status))
        #expect(receiver.requests.count == 1)
    }

    @Test(arguments: HTTPError.Kind.allCases)
    func noAnswerIsAFailure(kind: HTTPError.Kind) async {
        let receiver = Receiver { (_) throws(HTTPError) in throw HTTPError(kind, delivery: .notSent, detail: "words") }
        let result = await sender(receiver).send(message)
        #expect(result == .failed("no answer of the receiver: \(kind.rawValue): words", status: nil))
    }

    @Test(arguments: [
        "https://evil.example/hush", "http://hooks.example.com/hush", "hush", "https://default.example.com@hush",
    ])
    func aURLThatIsNotAllowedIsNotTried(url: String) async {
        let receiver = Receiver { _ in HTTPResponse(status: 200) }
        let result = await sender(receiver).send(WebhookMessage(id: "msg-1", url: url, body: []))
        #expect(receiver.requests.isEmpty)
        guard case .failed(let words, nil) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(words.hasPrefix("the webhook's URL must "))
        #expect(!words.contains("hush"))
    }

    @Test func theRuleJudgesTheAddressThatIsConnectedTo() async throws {
        let receiver = Receiver { _ in HTTPResponse(status: 200) }
        let sender = sender(receiver)
        _ = await sender.send(WebhookMessage(id: "a", url: "https://DEFAULT.example.com:8443/x", body: []))
        _ = await sender.send(message)
        let rules = receiver.requests.map(\.addressRule)
        let (home, world) = (RemoteAddress(literal: "127.0.0.1")!, RemoteAddress(literal: "8.8.8.8")!)
        #expect(rules.map { $0?.allows(world) } == [true, true])
        // The second is named in the list of hosts.
        #expect(rules.map { $0?.allows(home) } == [false, true])
    }
}

/// Takes requests, and answers as a test says.
private final class Receiver: HTTPTransport {
    private let seen = Mutex<[HTTPRequest]>([])
    private let answer: @Sendable (HTTPRequest) throws(HTTPError) -> HTTPResponse

    init(_ answer: @escaping @Sendable (HTTPRequest) throws(HTTPError) -> HTTPResponse) {
        self.answer = answer
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        seen.withLock { $0.append(request) }
        return try answer(request)
    }
}

/// Gives one secret after the other.
private final class Secrets: Sendable {
    private let rest: Mutex<[String]>

    init(_ secrets: [String]) {
        rest = Mutex(secrets)
    }

    func next() throws(SecretError) -> String {
        let secret = rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let secret else { throw SecretError("no more secrets") }
        return secret
    }
}

extension HTTPRequest {
    fileprivate subscript(header name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}
