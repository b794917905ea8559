/// A type of `purge-requests`, matched on its last two dot-separated segments.
enum PurgeType: String {
    case requested
    case resolved

    /// Nil for a type that is not one of `purge-requests`.
    init?(_ type: String) {
        let (resource, verb) = EventType.lastSegments(of: type)
        guard let resource, resource.utf8.elementsEqual("purge".utf8) else { return nil }
        self.init(rawValue: String(verb))
    }
}
