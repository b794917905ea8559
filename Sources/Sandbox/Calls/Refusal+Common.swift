extension Refusal {
    static func methodNotAllowed(_ allowed: String) -> Refusal {
        var refusal = Refusal(405, "method.not.allowed", "allowed: \(allowed)")
        refusal.headers = [("Allow", allowed)]
        return refusal
    }

    static func tooManyRequests(_ notice: RetryNotice) -> Refusal {
        var refusal = Refusal(
            429, "too.many.requests", "Rate limit exceeded the maximum. Retry the request \(notice.words)")
        refusal.headers = [("Retry-After", notice.text)]
        return refusal
    }

    static let unauthorized = Refusal(401, "bad.credentials", "Invalid login credentials.")
    static let forbidden = Refusal(403, "missing.permissions", "You are missing a permission or a licence.")
    static let bodyTooLarge = Refusal(413, "request.entity.too.large", "The request's body is too large.")
    static let noSuchPath = Refusal(404, "not.found", "The requested path does not exist.")

    static func serverError(_ status: Int) -> Refusal {
        Refusal(status, "internal.server.error", "The request could not be completed.")
    }

    static func invalid(_ field: String, _ message: String) -> Refusal {
        Refusal(400, "invalid.property", "\(field) \(message)", field: field)
    }
}
