import Glibc
import Testing

@testable import GenesysCloud

@Suite struct SecretTests {
    @Test func nothingShowsTheSecret() {
        let settings = GenesysSettings.sample(secret: Secret(value: "hush"))
        let token = AccessToken(value: "hush", number: 7)
        var dumped = ""
        dump(settings, to: &dumped)
        dump(token, to: &dumped)
        for text in [
            "\(settings)", String(reflecting: settings), "\(settings.clientSecret)",
            String(reflecting: settings.clientSecret), "\(token)", String(reflecting: token), dumped,
        ] {
            #expect(!text.contains("hush"))
        }
        #expect("\(token)" == "token 7")
    }

    @Test func aFileIsReadAgainEachTimeWithoutItsLineEnd() throws {
        let path = "/tmp/genesys-secret-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { unlink(path) }
        let secret = Secret(file: path)
        #expect(throws: SecretError.self) { try secret.read() }
        for (content, value) in [("first\n", "first"), ("sec ond\r\n", "sec ond"), ("", "")] {
            try write(content, to: path)
            #expect(try secret.read() == value)
        }
    }

    private func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
