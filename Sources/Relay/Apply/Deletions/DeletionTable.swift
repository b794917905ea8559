import Seams

/// The deletions of one partition, found by either name of the resource, in the order in which they came. Each operation
/// takes constant time, spread over many.
struct DeletionTable: Sendable {
    struct Entry: Sendable, Equatable {
        /// One of the two is always there.
        var externalID: ResourceName?
        var id: ResourceName?
        var deletedAt: WallTime
        var marks: SequenceMarks
    }

    private var entries: [Int: Entry] = [:]
    private var numbers: [ResourceName: Int] = [:]
    /// No entry has a smaller number.
    private var first = 0
    private var next = 0

    var count: Int { entries.count }

    /// The one that came first; nil when there is none.
    var oldest: Entry? { entries[first] }

    func entry(named name: ResourceName) -> Entry? { numbers[name].flatMap { entries[$0] } }

    /// Notes a deletion; an earlier one of the same key is replaced, as compaction does it.
    mutating func insert(_ entry: Entry) {
        guard let key = entry.key else { return }
        remove(key)
        entries[next] = entry
        for name in [entry.externalID, entry.id] {
            if let name { numbers[name] = next }
        }
        next += 1
        skipHoles()
    }

    /// Forgets the deletion whose record has that key.
    mutating func remove(_ key: ResourceName) {
        guard let number = numbers[key], entries[number]?.key == key else { return }
        remove(number)
    }

    /// Forgets the one that came first, if there is one.
    mutating func removeOldest() { remove(first) }

    private mutating func remove(_ number: Int) {
        guard let entry = entries.removeValue(forKey: number) else { return }
        for name in [entry.externalID, entry.id] {
            if let name, numbers[name] == number { numbers[name] = nil }
        }
        skipHoles()
    }

    private mutating func skipHoles() {
        while first < next, entries[first] == nil { first += 1 }
    }
}

extension DeletionTable.Entry {
    /// What the deletion's record is keyed by.
    var key: ResourceName? { externalID ?? id }

    init(_ deletion: Deletion) {
        externalID = deletion.externalID.map { ResourceName(deletion.resourceType, $0) }
        id = deletion.id.map { ResourceName(deletion.resourceType, $0) }
        deletedAt = deletion.deletedAt
        marks = deletion.marks
    }
}
