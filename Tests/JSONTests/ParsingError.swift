import JSON

/// The error that parsing throws; nil when the text is accepted.
func parsingError(parsing bytes: [UInt8], limits: JSONLimits = .default) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONValue(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

func parsingError(parsing text: String, limits: JSONLimits = .default) -> JSONError? {
    parsingError(parsing: Array(text.utf8), limits: limits)
}
