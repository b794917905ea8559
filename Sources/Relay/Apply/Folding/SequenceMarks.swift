import JSON

/// The greatest applied sequence of each source about one resource, the source that moved last at the end.
///
/// Sequences are compared lexicographically (CloudEvents, sequence extension), by the bytes of their UTF-8.
struct SequenceMarks: Sendable, Equatable {
    /// So many sources are kept (contract).
    static let sourceLimit = 8

    private struct Mark: Sendable, Equatable {
        var source: String
        var sequence: String
    }

    private var marks: [Mark] = []

    init() {}

    /// Reads `{"/crm/acme":"00…42"}`; what is not a string is passed over.
    init(_ sequences: JSONValue?) {
        for (source, value) in sequences?.members ?? [] {
            if let sequence = value.stringValue { raise(source, to: sequence) }
        }
    }

    var isEmpty: Bool { marks.isEmpty }

    /// As it is kept in the resource.
    var json: JSONValue { .object(marks.map { ($0.source, .string($0.sequence)) }) }

    /// Whether a greater sequence of that source was applied.
    func isBeyond(_ sequence: String, of source: String) -> Bool {
        guard let mark = marks.first(where: { $0.source.isSameID(as: source) }) else { return false }
        return sequence.utf8.lexicographicallyPrecedes(mark.sequence.utf8)
    }

    /// Raises the source's mark; a smaller sequence changes nothing.
    mutating func raise(_ source: String, to sequence: String) {
        guard !isBeyond(sequence, of: source) else { return }
        marks.removeAll { $0.source.isSameID(as: source) }
        marks.append(Mark(source: source, sequence: sequence))
        if marks.count > Self.sourceLimit { marks.removeFirst(marks.count - Self.sourceLimit) }
    }

    /// Raises each mark to the other's where that is greater.
    mutating func raise(to other: SequenceMarks) {
        for mark in other.marks { raise(mark.source, to: mark.sequence) }
    }

    /// Those whose source and sequence take at most so many bytes each.
    func withoutLonger(than limit: Int) -> SequenceMarks {
        var rest = self
        rest.marks.removeAll { $0.source.utf8.count > limit || $0.sequence.utf8.count > limit }
        return rest
    }
}
