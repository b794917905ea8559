import Crypto

/// Which resources are soft-deleted, by type.
///
/// Of an id only half its SHA-256 digest is kept: nobody asks for the ids again, only for how many there are. So a mark
/// takes 22 to 43 bytes however long its id is, 35 MB in all for a million of one type and half as much again while the
/// set grows; kept as text, a million UUIDs took 131 MB (measured with Swift 6.3, release). Two ids with one half digest
/// are not to be expected before there are some 2^64. It is also the id's bytes that count, as for compaction, where
/// Swift's strings are equal when they look the same.
struct SoftDeletionMarks {
    private struct Mark: Hashable {
        var high: UInt64
        var low: UInt64

        init(of id: String) {
            let digest = SHA256.digest(Array(id.utf8))
            high = digest[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
            low = digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// No set is empty.
    private var marks: [String: Set<Mark>] = [:]

    /// How many there are by type; no count is zero.
    var counts: [String: Int] { marks.mapValues(\.count) }

    func count(of type: String) -> Int { marks[type]?.count ?? 0 }

    /// Whether a change has taken the last mark of its type.
    mutating func apply(_ change: SoftDeletionChange) -> Bool {
        switch change {
        case .softDeleted(let type, let id):
            marks[type, default: []].insert(Mark(of: id))
            return false
        case .restored(let type, let id):
            guard marks[type]?.remove(Mark(of: id)) != nil, marks[type]?.isEmpty == true else { return false }
            marks[type] = nil
            return true
        }
    }
}
