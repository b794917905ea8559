import Configuration
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
            ("librdkafka", KafkaLibrary.version), ("libcurl", CurlTransport.libraryVersion),
            ("libmicrohttpd", HTTPServer.libraryVersion), ("libyaml", libyamlVersion),
        ]
    }

    /// What `--version` prints.
    static var text: String {
        (["contact-relay \(number)"] + libraries.map { "\($0.name) \($0.version)" }).joined(separator: "\n") + "\n"
    }
}
