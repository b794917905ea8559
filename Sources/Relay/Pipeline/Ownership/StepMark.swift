import KafkaClient
import Seams
import WorkerPool

/// What a commit's metadata has beside the map when it carries a step that no new record caused: such a commit moves
/// neither offset nor map, and without a mark of its own nobody could tell afterwards whether it stands.
enum StepMark {
    private static let separator: Character = " "
    private static let digits = 16
    /// What a mark takes, in bytes.
    static let length = digits + 1

    /// The commit with a mark that no other has; without one where there is no room for it.
    static func marked(_ commit: CommittedOffset, random: any RandomSource) -> CommittedOffset {
        guard commit.metadata.utf8.count + length <= CommitMap.maximumLength else { return commit }
        let number = String(random.next(), radix: 16)
        let padded = String(repeating: "0", count: digits - number.utf8.count) + number
        return CommittedOffset(commit.offset, metadata: commit.metadata + String(separator) + padded)
    }

    /// The map's text without a mark.
    static func unmarked(_ metadata: String) -> String {
        metadata.firstIndex(of: separator).map { String(metadata[..<$0]) } ?? metadata
    }
}
