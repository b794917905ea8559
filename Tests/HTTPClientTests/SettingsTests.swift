import HTTPClient
import Testing

struct SettingsTests {
    @Test func thePasswordOfAKeyIsNotPrinted() {
        let settings = CurlTransport.Settings(
            clientCertificate: CurlTransport.ClientCertificate(certificateFile: "c.pem", keyPassword: "hush"))
        #expect(String(describing: settings).contains("c.pem"))
        #expect(!String(describing: settings).contains("hush"))
    }
}
