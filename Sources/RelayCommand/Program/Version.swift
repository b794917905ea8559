import Configuration
import Crypto
import HTTPClient
import HTTPServer
import KafkaClient

/// Versions of the program and of the C libraries that it runs on.
enum Version {
    /// The program's own.
    static let number = "0.1.0"

    /// The C libraries in use, by name, each asked for its version at run time.
    static var libraries: [(name: String, version: String)] {
        [
            ("librdkafka", KafkaLibrary.version), ("libcurl", libcurlVersion),
            ("libmicrohttpd", HTTPServer.libraryVersion), ("libyaml", libyamlVersion),
            ("openssl", CryptoLibrary.version),
        ]
    }

    /// libcurl tells about every library below it too: `libcurl/7.88.1 OpenSSL/3.0.22 …`.
    private static var libcurlVersion: String {
        let first = CurlTransport.libraryVersion.prefix { $0 != " " }
        return String(first.hasPrefix("libcurl/") ? first.dropFirst("libcurl/".count) : first)
    }

    /// What `--version` prints.
    static var text: String {
        (["contact-relay \(number)"] + libraries.map { "\($0.name) \($0.version)" }).joined(separator: "\n") + "\n"
    }
}
