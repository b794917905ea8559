/// Why the metadata of a committed offset is no map of ours for that offset. It holds nothing of the text.
public enum CommitMapFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Longer than any map: another program's, surely.
    case tooLong
    /// Another program's text, or a map in a format that is newer than this build.
    case unknownFormat
    /// The checksum does not fit: the text is damaged or cut, or the map was written for another offset (somebody set
    /// the group's offset and left the metadata).
    case mismatch
    /// The checksum fits, and yet the text says what no map can say.
    case malformed

    public var description: String {
        switch self {
        case .tooLong: "it is longer than a map can be"
        case .unknownFormat: "it is another program's, or of an unknown format"
        case .mismatch: "it is damaged, or belongs to another offset"
        case .malformed: "it contradicts itself"
        }
    }
}
