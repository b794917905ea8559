/// What a member's serialised group metadata says: the public interface of librdkafka shows neither its generation nor,
/// at the same moment, its member id.
struct GroupPlace: Equatable {
    /// The generation, or with `group.protocol=consumer` the member's epoch.
    var generation: Int32
    var memberID: String

    /// Reads librdkafka's form, the same from 1.5 to 2.16: `CGMDv2:`, the generation in the machine's byte order, then
    /// each ended by a NUL the group id and the member id; an instance id follows. Nil where it is another form.
    init?(serialised bytes: [UInt8]) {
        let magic = Array("CGMDv2:".utf8)
        guard bytes.starts(with: magic), bytes.count >= magic.count + 4 else { return nil }
        let number = bytes[magic.count..<magic.count + 4]
        let texts = bytes[(magic.count + 4)...].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard texts.count == 3 else { return nil }
        generation = number.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        memberID = String(decoding: texts[1], as: UTF8.self)
    }

    /// Whether the member is in its group. A first generation is 1: with `group.protocol=consumer` a member that is
    /// joining keeps its id and shows 0, one that has not begun to shows -1.
    var isMember: Bool { generation > 0 && !memberID.isEmpty }
}
