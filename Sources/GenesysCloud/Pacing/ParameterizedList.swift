import HTTPClient

/// A list of items with parameters as the structured fields of RFC 9651 have them, as far as rate limits use them:
/// `"burst";q=100;w=60, "day";q=5000;w=86400`. Strings lose their quotes.
struct ParameterizedList {
    struct Item {
        var value: String
        var parameters: [(name: String, value: String)] = []

        /// The last parameter of that name counts.
        subscript(name: String) -> String? { parameters.last { $0.name == name }?.value }
    }

    private static let longest = 4096

    private(set) var items: [Item] = []

    /// Nil where the text is no such list, or too long to be one.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest, let members = Self.split(text, at: UInt8(ascii: ",")) else { return nil }
        for member in members {
            guard let parts = Self.split(member, at: UInt8(ascii: ";")), let value = Self.unquoted(parts[0]) else {
                return nil
            }
            var item = Item(value: value)
            for part in parts.dropFirst() {
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard sides.count == 2, let right = Self.unquoted(String(sides[1])) else { continue }
                item.parameters.append((String(sides[0]), right))
            }
            items.append(item)
        }
    }

    /// Of all fields with that name, which is written in small letters: a list may be spread over several lines.
    init?(fields name: String, of response: HTTPResponse) {
        let lines = response.headers.filter { $0.name.lowercased() == name }.map(\.value)
        guard !lines.isEmpty else { return nil }
        self.init(lines.joined(separator: ","))
    }

    /// Splits outside of quotes and trims; nil where a quote is left open.
    private static func split(_ text: String, at separator: UInt8) -> [String]? {
        var parts: [String] = []
        var part: [UInt8] = []
        var (isQuoted, isEscaped) = (false, false)
        func trimmed() -> String {
            func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
            let tail = part.drop(while: isBlank)
            return String(decoding: tail.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
        }
        for byte in text.utf8 {
            if byte == separator, !isQuoted {
                parts.append(trimmed())
                part = []
                continue
            }
            part.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isQuoted
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
        }
        parts.append(trimmed())
        return isQuoted ? nil : parts
    }

    /// A string without its quotes (escapes stay: names are only compared), a token or a number as it is; nil where
    /// there is nothing.
    private static func unquoted(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        guard text.utf8.first == UInt8(ascii: "\""), text.utf8.count >= 2 else { return text }
        return String(text.dropFirst().dropLast())
    }
}
