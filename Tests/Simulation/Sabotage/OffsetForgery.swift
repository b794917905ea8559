import KafkaClient
import WorkerPool

/// Committed offsets that are not true.
enum OffsetForgery {
    /// The same position, and a map by which the first unfinished record after it is finished too.
    static func claimingOneMore(_ offset: CommittedOffset) -> CommittedOffset {
        guard let map = try? CommitMap(text: offset.metadata, position: offset.offset) else { return offset }
        var ledger = OffsetLedger(next: offset.offset)
        var isForged = false
        for number in offset.offset..<(offset.offset + 200) {
            _ = ledger.begin(number)
            guard number > offset.offset else { continue }
            if map.isFinished(number) {
                _ = ledger.finish(number)
            } else if !isForged {
                _ = ledger.finish(number)
                isForged = true
            }
        }
        return CommittedOffset(offset.offset, metadata: ledger.map.text ?? offset.metadata)
    }
}
