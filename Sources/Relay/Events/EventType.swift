import GenesysCloud

/// A type of `contact-changes`, matched on its last two dot-separated segments.
struct EventType: Equatable {
    var resourceType: ResourceType
    var verb: ChangeVerb

    init(_ resourceType: ResourceType, _ verb: ChangeVerb) {
        self.resourceType = resourceType
        self.verb = verb
    }

    /// Nil for a type that is not one of `contact-changes`. Organizations do not migrate.
    init?(_ type: String) {
        let (resource, verb) = Self.lastSegments(of: type)
        guard let resource, let resourceType = ResourceType(rawValue: String(resource)),
            let verb = ChangeVerb(rawValue: String(verb)),
            resourceType == .contact || verb != .migrated
        else { return nil }
        self.init(resourceType, verb)
    }

    /// Whether `type` speaks of an organization, be its verb known or not.
    static func names(organization type: String) -> Bool {
        guard let resource = lastSegments(of: type).resource else { return false }
        return resource == ResourceType.organization.rawValue
    }

    /// What types are matched on.
    static func lastSegments(of type: String) -> (resource: Substring?, verb: Substring) {
        guard let last = type.utf8.lastIndex(of: UInt8(ascii: ".")) else { return (nil, type[...]) }
        let head = type[..<last]
        let verb = type[type.utf8.index(after: last)...]
        guard let previous = head.utf8.lastIndex(of: UInt8(ascii: ".")) else { return (head, verb) }
        return (head[head.utf8.index(after: previous)...], verb)
    }
}
