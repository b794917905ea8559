import HTTPClient
import Relay
import Testing

struct WebhookPolicyTests {
    private let policy = WebhookPolicy(
        defaultURL: "https://Default.example.com/hook?key=hush",
        allowedHosts: ["Hooks.Example.com", "localhost", "127.0.0.1", "10.1.2.3", "FD00::A", "[2001:4860:4860::8888]"])

    @Test(arguments: [
        "https://hooks.example.com", "https://hooks.example.com/", "https://hooks.example.com:8443/a/b?c=d&e=%20f",
        "HTTPS://HOOKS.EXAMPLE.COM/Path", "https://hooks.example.com?x", "https://hooks.example.com/@x?y=@z:1",
        "https://default.example.com/other", "https://localhost:8443/", "http://localhost:9000/x", "http://LOCALHOST/",
        "http://127.0.0.1/", "HTTP://127.0.0.1:9000/x", "http://[::ffff:127.0.0.1]:9000/", "https://10.1.2.3/",
        "https://[fd00::a]/", "https://[fd00:0:0::0a]:443/", "https://[2001:4860:4860::8888]/",
    ])
    func mayBeSentTo(url: String) {
        #expect(policy.problem(of: url) == nil)
    }

    @Test(
        "no way of writing a URL gets round the hosts",
        arguments: [
            // Other hosts.
            "https://example.com/", "https://a.hooks.example.com/", "https://hooks.example.com.evil.org/",
            "https://hooks.example.comx/", "https://xhooks.example.com/", "https://hooks-example.com/",
            "https://evil.org/hooks.example.com", "https://evil.org?hooks.example.com", "https://8.8.8.8/",
            // Other schemes.
            "http://hooks.example.com/", "http://default.example.com/", "http://10.1.2.3/", "http://[fd00::a]/",
            "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://localhost/", "//hooks.example.com/",
            "hooks.example.com", "https:hooks.example.com", "https:/hooks.example.com", "https:///hooks.example.com/",
            "https//hooks.example.com", "", "https://", "https:///", "https://?", "https://:443/",
            " https://localhost/",
            "javascript:alert(1)", "https+unix://localhost/", "httpss://localhost/",
            // Who may read it as another host.
            "https://hooks.example.com@evil.org/", "https://user:pw@hooks.example.com/", "https://@hooks.example.com/",
            "https://hooks.example.com:443@evil.org/", "https://evil.org\\@hooks.example.com/",
            "https://hooks.example.com\\.evil.org/", "https:\\\\hooks.example.com/",
            "https://hooks.example.com#@evil.org/",
            "https://hooks.example.com/#f", "https://hooks.example.com /", "https://hooks.example.com\t/",
            "https://hooks.example.com\r\nX-A: b", "https://hooks.example.com\u{0}.evil.org/",
            "https://hooks.exam\u{AD}ple.com/", "https://hooks.example.com/é", "https://hooks.example.com/<a>",
            "https://hooks.example.com/%", "https://hooks.example.com/%2", "https://hooks.example.com/?a=%zz",
            // Other spellings of a name.
            "https://hooks.example.com./", "https://.hooks.example.com/", "https://hooks..example.com/",
            "https://hooks%2Eexample.com/", "https://%68ooks.example.com/", "https://hooks.example%E3%80%82com/",
            "https://hooks。example。com/", "https://ｈooks.example.com/", "https://hoo\u{212A}s.example.com/",
            "https://-hooks.example.com/", "https://hooks_.example.com/", "https://ho*ks.example.com/", "https://*/",
            // Ports.
            "https://hooks.example.com:/", "https://hooks.example.com:0/", "https://hooks.example.com:65536/",
            "https://hooks.example.com:443:443/", "https://hooks.example.com:+443/", "https://hooks.example.com:0x1bb/",
            "https://hooks.example.com:000443/", "https://hooks.example.com:٤٤٣/", "https://hooks.example.com:a/",
            // Other spellings of addresses, also of those that are named.
            "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
            "http://0X7F.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.01/",
            "http://127.000.000.001/", "http://127.0.0.1./", "http://127.0.0.1.:80/", "http://127.0.0.0x1/",
            "http://127.0.0.256/", "http://127.0.0.1.1/", "http://1/", "http://0/", "http://0x/", "http://127.0.0.0x/",
            "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://127%2e0.0.1/", "http://%31%32%37.0.0.1/",
            "https://10.1.515/", "https://167838211/", "https://0xa010203/", "https://[10.1.2.3]/",
            "https://[fd00::a%25eth0]/", "https://[fd00::a%eth0]/", "https://fd00::a/", "https://[fd00::a/",
            "https://fd00::a]/", "https://[fd00::a]x/", "https://[fd00::a].evil.org/", "https://[fd00::a]]/",
            "https://[[fd00::a]]/", "https://[v1.fd00::a]/", "https://[fd00::000a0]/", "https://[::10.1.2.4]/",
            "https://x[fd00::a]/", "https://[]/", "https://[::a]:x/",
            // Loopback that is not the one that is named, and what resolves to it.
            "http://127.0.0.2/", "http://[::1]/", "https://127.0.0.2/", "https://[::1]/", "http://a.localhost/",
            "http://localhost.localdomain/", "http://localhost./", "http://ip6-localhost/", "http://0.0.0.0/",
            "http://[::]/",
        ])
    func mayNotBeSentTo(url: String) {
        #expect(policy.problem(of: url) != nil)
    }

    @Test func aProblemQuotesNothing() {
        for url in ["https://hush.example/hush", "http://hush", "https://hush:hush@x/", "hush", "https://x/%hush"] {
            let problem = policy.problem(of: url)
            #expect(problem?.contains("hush") == false)
        }
    }

    @Test func whatIsWrongIsSaid() {
        #expect(policy.problem(of: "ftp://x/") == "must begin with https://")
        #expect(
            policy.problem(of: "http://hooks.example.com/")
                == "must be https, or http to a loopback host that purge.webhook.allowedHosts names")
        #expect(
            policy.problem(of: "https://example.org/")
                == "must be to a host that purge.webhook.allowedHosts names")
        #expect(policy.problem(of: "https://a:b@localhost/") == "must not hold a user name or a password")
    }

    @Test(arguments: [
        "http://hooks.example.com/", "http://localhost/", "https://localhost/", "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest", "https://[::1]/", "https://[fe80::1]/", "https://[::ffff:10.1.2.3]/",
        "https://[64:ff9b::a01:203]/", "none",
    ])
    func theDefaultURLAllowsItsHostButNoPrivateAddress(url: String) {
        #expect(WebhookPolicy(defaultURL: url, allowedHosts: []).problem(of: url) != nil)
    }

    @Test(arguments: [
        ("http://localhost/", "localhost"), ("https://10.1.2.3/", "10.1.2.3"), ("https://[::1]/", "::1"),
        ("http://[::1]:8080/", "[::1]"), ("http://a.localhost/", "A.localhost"),
    ])
    func theDefaultURLsHostMayBeNamedToo(url: String, host: String) {
        #expect(WebhookPolicy(defaultURL: url, allowedHosts: [host]).problem(of: url) == nil)
    }

    @Test func withoutSettingsNothingIsAllowed() {
        let policy = WebhookPolicy(defaultURL: nil, allowedHosts: [])
        for url in ["https://hooks.example.com/", "http://localhost/", "https://8.8.8.8/"] {
            #expect(policy.problem(of: url) != nil)
        }
    }

    @Test(arguments: [
        ("hooks.example.com", true), ("localhost", true), ("10.0.0.1", true), ("::1", true), ("[fe80::1]", true),
        ("xn--bcher-kva.example", true), ("3com.example", true), ("a.0xg", true), ("0xen.example", true),
        ("", false), ("*", false), ("*.example.com", false), ("hooks.example.com:443", false), ("[::1]:443", false),
        ("https://hooks.example.com", false), ("hooks.example.com/", false), ("hooks.example.com.", false),
        ("127.1", false), ("0x7f000001", false), ("fe80::1%eth0", false), ("bücher.example", false),
        ("hoo\u{212A}s.example.com", false), ("10.0.0.0/8", false), (" localhost", false), ("user@localhost", false),
    ])
    func entriesThatAreHosts(entry: String, isHost: Bool) {
        #expect(WebhookPolicy.isHost(entry) == isHost)
    }

    @Test func aNameHasBounds() {
        let label = String(repeating: "a", count: 63)
        #expect(WebhookPolicy.isHost("\(label).\(label).\(label).\(label.dropLast(2))"))
        #expect(!WebhookPolicy.isHost("\(label).\(label).\(label).\(label.dropLast())"))
        #expect(!WebhookPolicy.isHost("\(label)a.example"))
    }
}
