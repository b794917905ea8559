import HTTPClient

extension GenesysSettings {
    /// The request for a token, with the secret as it is now.
    func tokenRequest(endsWithTask: Bool) throws(SecretError) -> HTTPRequest {
        let secret = try clientSecret.read()
        var headers = [
            HTTPHeader("Accept", "application/json"), HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ]
        var form = "grant_type=client_credentials"
        let path: String
        switch authStyle {
        case .form:
            path = "/oauth/token"
            form += "&client_id=\(clientID.percentEncoded)&client_secret=\(secret.percentEncoded)"
            if !scopes.isEmpty { form += "&scope=" + scopes.map(\.percentEncoded).joined(separator: "+") }
        case .basic:
            path = "/login/oauth2/token"
            headers.append(HTTPHeader("Authorization", "Basic " + Array("\(clientID):\(secret)".utf8).base64))
        }
        return HTTPRequest(
            method: "POST", url: authURL.withoutTrailingSlashes + path, headers: headers, body: Array(form.utf8),
            timeout: requestTimeout, endsWithTask: endsWithTask)
    }
}

extension [UInt8] {
    /// Base64 of RFC 4648, section 4, with padding.
    var base64: String {
        let alphabet = Array<UInt8>("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            var bits = group.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place)) & 63
                output.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
