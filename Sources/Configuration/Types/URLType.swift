extension SettingType where Value == String {
    /// An absolute `http` or `https` URL that paths can be added to: no user, query or fragment. A slash at its end is
    /// dropped.
    public static let url = SettingType(
        name: "URL (`http` or `https`)", placeholder: "URL", text: { $0 }
    ) { (input: SettingInput) throws(InvalidValue) -> String in
        var text = try input.scalar("a URL")
        if let problem = problem(ofURL: text) { throw InvalidValue(problem) }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    /// An absolute `http` or `https` URL that is used as it stands: it may have a query, and keeps a slash at its end. No
    /// user and no fragment.
    public static let wholeURL = SettingType(
        name: "URL (`http` or `https`)", placeholder: "URL", text: { $0 }
    ) { (input: SettingInput) throws(InvalidValue) -> String in
        let text = try input.scalar("a URL")
        if let problem = problem(ofURL: text, isWhole: true) { throw InvalidValue(problem) }
        return text
    }

    /// The parts that matter by RFC 3986; never quotes the text, which may hold a password by mistake.
    private static func problem(ofURL text: String, isWhole: Bool = false) -> String? {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("\\") else {
            return "must be a URL without spaces and in ASCII"
        }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
            return "must begin with https:// or http://"
        }
        let rest = text.dropFirst(scheme.count)
        if isWhole {
            guard !rest.contains("#") else { return "must have no fragment" }
        } else {
            guard !rest.contains("?"), !rest.contains("#") else { return "must have no query and no fragment" }
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { return "must not hold a user name or a password" }
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return "has no valid host" }
            host = authority[...end]
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return "has no valid host" }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, host != "[]" else { return "has no host" }
        if let port {
            guard port.allSatisfy(\.isNumber), let number = Int(port), (1...65535).contains(number) else {
                return "has no valid port; it must be 1 to 65535"
            }
        }
        return nil
    }
}
