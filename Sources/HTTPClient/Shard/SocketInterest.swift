/// What the kernel has been told to watch of each descriptor, so that it is told no more than it must.
///
/// libcurl ends its interest in a connection when an answer is whole and takes it up again with the next request: two
/// system calls per request. A socket that came from `opened` therefore stays watched for reading in between; when it
/// speaks while nobody is interested (the server closes it), the watch ends. That is safe since `opened` and `closed`
/// tell when a number means another socket. Other descriptors (of libcurl's resolver) come and go unseen and are
/// watched exactly as asked.
struct SocketInterest {
    /// What to tell the kernel.
    enum Change: Equatable {
        case none
        case add(read: Bool, write: Bool)
        case modify(read: Bool, write: Bool)
        case remove
    }

    private struct Entry {
        var isOwn = false
        var isWatched = false
        var isWanted = false
        var read = false
        var write = false
    }

    private var entries: [Entry] = []

    /// A new socket has this number.
    mutating func opened(_ descriptor: Int32) {
        self[descriptor] = Entry(isOwn: true)
    }

    /// The number means nothing any more; the kernel has forgotten it by itself.
    mutating func closed(_ descriptor: Int32) {
        self[descriptor] = Entry()
    }

    /// Neither reading nor writing means that libcurl has lost interest.
    mutating func want(_ descriptor: Int32, read: Bool, write: Bool) -> Change {
        let old = self[descriptor]
        var new = old
        new.isWanted = read || write
        if !new.isWanted, old.isOwn, old.isWatched, old.read, !old.write {
            self[descriptor] = new
            return .none
        }
        (new.read, new.write) = (read, write)
        new.isWatched = new.isWanted
        self[descriptor] = new
        switch (old.isWatched, new.isWatched) {
        case (false, false): return .none
        case (false, true): return .add(read: read, write: write)
        case (true, false): return .remove
        case (true, true): return (old.read, old.write) == (read, write) ? .none : .modify(read: read, write: write)
        }
    }

    /// The descriptor is ready. False when nobody wants to know: then it must be removed from the kernel's list, which
    /// is noted here already.
    mutating func isWanted(_ descriptor: Int32) -> Bool {
        guard !self[descriptor].isWanted else { return true }
        self[descriptor] = Entry(isOwn: self[descriptor].isOwn)
        return false
    }

    private subscript(descriptor: Int32) -> Entry {
        get {
            entries.indices.contains(Int(descriptor)) ? entries[Int(descriptor)] : Entry()
        }
        set {
            let index = Int(descriptor)
            if index >= entries.count {
                entries += repeatElement(Entry(), count: max(64, index + 1 - entries.count))
            }
            entries[index] = newValue
        }
    }
}
