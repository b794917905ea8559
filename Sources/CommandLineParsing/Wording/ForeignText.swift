extension StringProtocol {
    /// Text from outside as it may stand in a message: at most 80 characters, nothing that could steer a terminal.
    public var shortened: String {
        var text = ""
        var count = 0
        for scalar in unicodeScalars {
            guard count < 80 else { return text + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return text
    }
}
