extension StringProtocol {
    /// Text from outside as it may stand in a message: at most 80 characters, nothing that could steer a terminal.
    public var shortened: String {
        let scalars = unicodeScalars.prefix(80)
        return String(scalars.map(\.printable)) + (scalars.endIndex == unicodeScalars.endIndex ? "" : "…")
    }

    /// Text from outside as it may be shown whole: in one line, with nothing that could steer a terminal.
    public var printable: String { String(unicodeScalars.map(\.printable)) }
}

extension Unicode.Scalar {
    fileprivate var printable: Character {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: Character(self)
        }
    }
}
