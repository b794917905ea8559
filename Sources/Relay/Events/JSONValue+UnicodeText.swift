import JSON

extension JSONValue {
    /// The text of a string that is Unicode text. Nil for one with a lone surrogate: shown as U+FFFD it would be another
    /// name than the one that was sent, and two such names would become one.
    var unicodeText: String? {
        guard let text = stringValue else { return nil }
        guard text.unicodeScalars.contains("\u{FFFD}") else { return text }
        return isEquivalent(to: .string(text)) ? text : nil
    }
}
