public import GenesysCloud
public import HTTPClient
public import Seams

/// Sends webhooks over HTTP, signed as Standard Webhooks says, and only where a policy lets them go.
public final class WebhookSender: WebhookSending {
    private let policy: WebhookPolicy
    private let transport: any HTTPTransport
    private let secret: Secret?
    private let time: any TimeSource
    private let timeout: Duration

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - transport: Must heed `HTTPRequest.addressRule`. One that shows a client certificate shows it to receivers.
    ///   - secret: See `WebhookSigner`. Read anew for each try; where it cannot be read the try fails, for a receiver
    ///     must not get used to what is not signed. Nil sends without `webhook-signature`.
    ///   - timeout: For one try, from its start to the answer's last byte.
    public init(
        policy: WebhookPolicy, transport: any HTTPTransport, secret: Secret? = nil, time: any TimeSource,
        timeout: Duration = .seconds(10)
    ) {
        self.policy = policy
        self.transport = transport
        self.secret = secret
        self.time = time
        self.timeout = timeout
    }

    /// See `WebhookSending.send(_:)`. The URL is judged anew, for settings may be other ones than when it was taken.
    public func send(_ message: WebhookMessage) async -> WebhookResult {
        let host: WebhookHost
        do throws(WebhookURL.Problem) {
            host = try policy.host(of: message.url)
        } catch {
            return .failed("the webhook's URL \(error.words)", status: nil)
        }
        let headers: [HTTPHeader]
        do throws(SecretError) {
            headers = try self.headers(of: message)
        } catch {
            return .failed("the webhook cannot be signed: \(error)", status: nil)
        }
        let policy = policy
        let request = HTTPRequest(
            method: "POST", url: message.url, headers: headers, body: message.body, timeout: timeout,
            addressRule: AddressRule { policy.allows($0, host: host) })
        do throws(HTTPError) {
            let status = try await transport.send(request).status
            return (200...299).contains(status)
                ? .delivered(status: status) : .failed("the receiver answers with HTTP \(status)", status: status)
        } catch {
            return .failed("no answer of the receiver: \(error)", status: nil)
        }
    }

    private func headers(of message: WebhookMessage) throws(SecretError) -> [HTTPHeader] {
        let timestamp = time.wallTime.milliseconds / 1000
        var headers = [
            HTTPHeader("Content-Type", "application/json"),
            HTTPHeader("X-Genesys-Purge-Event", "true"),
            HTTPHeader("webhook-id", message.id),
            HTTPHeader("webhook-timestamp", "\(timestamp)"),
        ]
        if let secret {
            guard let signer = WebhookSigner(secret: try secret.read()) else {
                throw SecretError("purge.webhook.secret is empty, or not base64 after whsec_")
            }
            let signature = signer.signature(id: message.id, timestamp: timestamp, body: message.body)
            headers.append(HTTPHeader("webhook-signature", signature))
        }
        return headers
    }
}
