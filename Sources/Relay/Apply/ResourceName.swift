import GenesysCloud

/// Names one resource by an id, compared byte for byte: Swift's own equality of strings takes composed and decomposed
/// letters for the same, which two systems' ids are not.
struct ResourceName: Hashable, Sendable {
    let type: ResourceType
    private let bytes: [UInt8]

    init(_ type: ResourceType, _ id: String) {
        self.type = type
        bytes = Array(id.utf8)
    }

    /// The id.
    var id: String { String(decoding: bytes, as: UTF8.self) }
}

extension String {
    /// Whether both are the same bytes.
    func isSameID(as other: String?) -> Bool {
        guard let other else { return false }
        return utf8.elementsEqual(other.utf8)
    }
}
