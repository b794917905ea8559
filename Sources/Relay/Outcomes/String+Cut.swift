extension String {
    /// The text, or as much of its beginning as leaves room for an ellipsis within `limit` bytes of UTF-8; never cut
    /// within a scalar.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let ellipsis = "…"
        var end = utf8.index(startIndex, offsetBy: max(0, limit - ellipsis.utf8.count))
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + ellipsis
    }
}
