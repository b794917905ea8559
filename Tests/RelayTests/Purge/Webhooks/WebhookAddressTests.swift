import HTTPClient
import Testing

@testable import Relay

/// What a webhook may connect to once its host's name is resolved.
struct WebhookAddressTests {
    @Test(
        arguments: [
            "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0",
            "100.127.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1",
            "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.0", "198.19.255.255",
            "198.51.100.1", "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "::1", "::2", "::7f00:1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "::ffff:a9fe:a9fe", "::ffff:0:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::8.8.8.8", "64:ff9b:0:0:0:1:808:808", "100::1", "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1", "2001:10::1", "2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::",
            "2002:808:808::",
            "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1",
            "ff02::1", "ff0e::1", "ffff::",
        ])
    func notOfTheInternet(address: String) throws {
        let address = try #require(RemoteAddress(literal: address, port: 443))
        #expect(AddressScope(address) != .global)
        #expect(!byDefault.allows(address, host: "default.example.com"))
        #expect(named.allows(address, host: "hooks.example.com"))
    }

    @Test(
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8", "2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::", "2001:db9::",
            "2003::1", "2606:4700::1111", "3ffe::1", "3fff:1000::",
        ])
    func ofTheInternet(address: String) throws {
        let address = try #require(RemoteAddress(literal: address, port: 443))
        #expect(AddressScope(address) == .global)
        #expect(byDefault.allows(address, host: "default.example.com"))
        #expect(named.allows(address, host: "hooks.example.com"))
        #expect(!named.allows(address, host: "other.example.com"))
    }

    private let byDefault = WebhookPolicy(defaultURL: "https://default.example.com/", allowedHosts: [])
    private let named = WebhookPolicy(defaultURL: nil, allowedHosts: ["hooks.example.com"])

    @Test func onlyLoopbackIsLoopback() throws {
        for (text, scope) in [
            ("127.8.9.10", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback), ("0.0.0.0", .limited),
            ("64:ff9b::127.0.0.1", .limited), ("2002:7f00:1::", .limited),
        ] as [(String, AddressScope)] {
            let address = try #require(RemoteAddress(literal: text))
            #expect(AddressScope(address) == scope)
        }
    }

    @Test func anAddressThatIsNamedIsAllowedToWhateverHostHasIt() throws {
        let policy = WebhookPolicy(defaultURL: "https://default.example.com/", allowedHosts: ["10.1.2.3", "fd00::a"])
        for (text, isAllowed) in [
            ("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("fd00::a", true), ("10.1.2.4", false), ("fd00::b", false),
            ("::10.1.2.3", false), ("64:ff9b::10.1.2.3", false),
        ] {
            let address = try #require(RemoteAddress(literal: text, port: 8443))
            #expect(policy.allows(address, host: "DEFAULT.example.com") == isAllowed)
        }
    }

    @Test func whatCallsItselfLoopbackStaysOnTheMachine() throws {
        let policy = WebhookPolicy(defaultURL: nil, allowedHosts: ["localhost", "::1"])
        for (text, isAllowed) in [
            ("127.0.0.1", true), ("::1", true), ("8.8.8.8", false), ("10.0.0.1", false), ("0.0.0.0", false),
            ("2606:4700::1111", false),
        ] {
            let address = try #require(RemoteAddress(literal: text, port: 80))
            #expect(policy.allows(address, host: "localhost") == isAllowed)
        }
    }

    @Test func anAddressAsTheHostIsFoundInAnyOfItsSpellings() throws {
        let policy = WebhookPolicy(defaultURL: nil, allowedHosts: ["fd00::a", "10.0.0.1"])
        let six = try #require(RemoteAddress(literal: "fd00::a"))
        #expect(policy.allows(six, host: "[fd00:0::000A]"))
        let four = try #require(RemoteAddress(literal: "10.0.0.1"))
        #expect(policy.allows(four, host: "10.0.0.1"))
        #expect(policy.allows(four, host: "[::ffff:a00:1]"))
        #expect(!policy.allows(four, host: "10.1"))
    }
}
