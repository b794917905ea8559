/// A secret, or the file that holds it. Its description is `<redacted>`, so it may stand in anything that is printed.
public struct SecretValue: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where the secret comes from.
    private enum Origin: Sendable {
        case literal(String)
        case file(String, any FileSource)
    }

    private let origin: Origin

    /// A secret that was given outright.
    public init(_ literal: String) {
        origin = .literal(literal)
    }

    /// A secret in the file at `path`.
    public init(file path: String, in files: any FileSource = SystemFiles()) {
        origin = .file(path, files)
    }

    /// The secret; a file is read anew at every call, so that a rotated one takes effect, and without the line break
    /// at its end.
    ///
    /// - Throws: `FileError` when the file cannot be read; `UnusableSecret` when it is empty or not text.
    public func read() throws -> String {
        switch origin {
        case .literal(let secret): return secret
        case .file(let path, let files):
            var bytes = try files.contents(of: path, atMost: 1 << 16)[...]
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            guard !bytes.isEmpty else { throw UnusableSecret(path: path, problem: "is empty") }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw UnusableSecret(path: path, problem: "is not text in UTF-8")
            }
            return text
        }
    }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// A secret's file that holds no secret.
public struct UnusableSecret: Error, Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// What is wrong with it, to follow its name.
    public var problem: String

    public var description: String { "\(path) \(problem)" }
}
