import HTTPClient
import Testing

@testable import GenesysCloud

@Suite struct TokenRequestTests {
    @Test func theFormStyleSendsEverythingInTheForm() throws {
        let request = try GenesysSettings.sample(scopes: ["urn:x:read", "purge:write"]).tokenRequest(endsWithTask: true)
        #expect(request.method == "POST")
        #expect(request.url == "https://login.example/oauth/token")
        #expect(request.header("Content-Type") == "application/x-www-form-urlencoded")
        #expect(request.header("Authorization") == nil)
        #expect(
            request.bodyText
                == "grant_type=client_credentials&client_id=relay&client_secret=hush%26hush&scope=urn%3Ax%3Aread+purge%3Awrite"
        )
    }

    @Test func theBasicStyleSendsTheSecretInAHeader() throws {
        let request = try GenesysSettings.sample(style: .basic, scopes: ["a"]).tokenRequest(endsWithTask: true)
        #expect(request.url == "https://login.example/login/oauth2/token")
        #expect(request.header("Authorization") == "Basic cmVsYXk6aHVzaCZodXNo")
        #expect(request.bodyText == "grant_type=client_credentials")
    }

    /// The examples of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func writesBase64(text: String, encoded: String) {
        #expect(Array(text.utf8).base64 == encoded)
    }
}
