import Relay
import Testing

struct WebhookSignerTests {
    private let body = Array(#"{"test": 2432232314}"#.utf8)

    /// What the specification's own libraries are tested with.
    @Test func theExampleOfStandardWebhooks() {
        let signer = WebhookSigner(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = signer?.signature(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body)
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func anotherSecretIsTakenAsItIs() {
        // "MfKQ" is base64 of 31 F2 90, and without the prefix four letters.
        let plain = WebhookSigner(secret: "MfKQ")?.signature(id: "a", timestamp: 1, body: body)
        let decoded = WebhookSigner(secret: "whsec_MfKQ")?.signature(id: "a", timestamp: 1, body: body)
        let letters = WebhookSigner(secret: "whsec_TWZLUQ==")?.signature(id: "a", timestamp: 1, body: body)
        #expect(plain == letters)
        #expect(plain != decoded)
    }

    @Test func idTimeAndBodyAreAllSigned() throws {
        let signer = try #require(WebhookSigner(secret: "s"))
        let signatures = [
            signer.signature(id: "a", timestamp: 1, body: body), signer.signature(id: "b", timestamp: 1, body: body),
            signer.signature(id: "a", timestamp: 2, body: body), signer.signature(id: "a", timestamp: 1, body: []),
        ]
        #expect(Set(signatures).count == 4)
    }

    @Test(arguments: ["", "whsec_", "whsec_*", "whsec_MfK", "whsec_MfKQ ", "whsec_MfKQ\n"])
    func whatIsNoSecret(secret: String) {
        #expect(WebhookSigner(secret: secret) == nil)
    }
}
