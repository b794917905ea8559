/// What is wrong with a chain, and where it shows.
public struct AuditFault: Sendable, Equatable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The record's bytes do not have the hash that it says.
        case changed
        /// It is no audit record at all.
        case unreadable(String)
        /// It does not name the record before it: that one was replaced, or this one.
        case wrongLink
        /// As many records are not there; they are among these, or all of them.
        case missing(count: Int64, among: [ClosedRange<Int64>])
        /// It stands elsewhere than its sequence says.
        case outOfOrder
        /// There is another record with its sequence.
        case repeated
        /// No other record leads to it or follows it: it was put in.
        case stray
        /// The ledger says that the chain goes on to this record.
        case endIsMissing(AuditHead)
        /// The ledger says that the chain ends with this record, nil where it knows of none.
        case goesBeyondLedger(AuditHead?)
        /// The ledger says that the record of that sequence has another hash.
        case differsFromLedger(AuditHead)
    }

    /// What is wrong.
    public var kind: Kind
    /// The offset of the record at which it shows, or its line's number.
    public var offset: Int64
    /// The sequence that the record says; nil where it says none.
    public var sequence: Int64?

    /// Names a fault.
    public init(_ kind: Kind, offset: Int64, sequence: Int64? = nil) {
        self.kind = kind
        self.offset = offset
        self.sequence = sequence
    }

    /// What is wrong as words that quote nothing of the record.
    public var problem: String {
        switch kind {
        case .changed: "was changed: its bytes do not have the hash that it says"
        case .unreadable(let problem): "is no audit record: \(problem)"
        case .wrongLink: "does not name the record before it: one of the two was replaced"
        case .missing(let count, let ranges):
            "comes too early: \(Self.count(count)) missing before it, \(Self.words(count, ranges))"
        case .outOfOrder: "is out of order: it belongs elsewhere"
        case .repeated: "is there another time: another record has its sequence"
        case .stray: "was put in: the chain goes on without it"
        case .endIsMissing(let head): "should be followed by others: the ledger's last record is \(Self.words(head))"
        case .goesBeyondLedger(let head?): "goes too far: the ledger's last record is \(Self.words(head))"
        case .goesBeyondLedger(nil): "should not be there: the ledger knows no chain for this partition"
        case .differsFromLedger(let head): "is not the ledger's: there the record is \(Self.words(head))"
        }
    }

    private static func count(_ count: Int64) -> String { count == 1 ? "1 record is" : "\(count) records are" }

    private static func words(_ head: AuditHead) -> String { "sequence \(head.sequence) with hash \(head.hash)" }

    private static func words(_ count: Int64, _ ranges: [ClosedRange<Int64>]) -> String {
        let texts = ranges.map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        }
        let all = ranges.reduce(Int64(0)) { $0 + Int64($1.count) }
        return "\(all == count ? "sequence" : "among sequence") \(texts.joined(separator: ", "))"
    }
}

/// What is worth knowing of a chain and no fault of it.
public enum AuditNote: Sendable, Equatable {
    /// The chain's first records are not there: their retention is over, or the file was begun anew.
    case beginsLater(sequence: Int64)
    /// A line of a file ends within a record, as after a crash; the chain goes on without it.
    case tornLine(Int64)
    /// There are no records, although the ledger knows of some.
    case isEmpty(AuditHead)

    /// The same as words.
    public var text: String {
        switch self {
        case .beginsLater(let sequence):
            "begins with sequence \(sequence): what was before is gone, by retention or otherwise"
        case .tornLine(let number): "line \(number) ends within a record, as after a crash, and counts for nothing"
        case .isEmpty(let head):
            "has no records any more, by retention or otherwise; the last was sequence \(head.sequence) "
                + "with hash \(head.hash)"
        }
    }
}
